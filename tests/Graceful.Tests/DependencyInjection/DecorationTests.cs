using Microsoft.Extensions.DependencyInjection;

namespace Graceful.Tests;

public class DecorationTests
{
    [Fact]
    public void Decorate_OneOfMany_TakesTheLast()
    {
        var services = Of(ServiceDescriptor.Singleton<IPart>(new Part("first")), ServiceDescriptor.Singleton<IPart>(new Part("last")));

        Assert.True(services.Decorate<IPart>((_, part) => new Wrapped(part)));

        Assert.Equal(["first", "wrapped last"], Names(services));
    }

    [Fact]
    public void DecorateAll_TakesEach()
    {
        var services = Of(ServiceDescriptor.Singleton<IPart>(new Part("first")), ServiceDescriptor.Singleton<IPart>(new Part("last")));

        Assert.True(services.DecorateAll<IPart>((_, part) => new Wrapped(part)));

        Assert.Equal(["wrapped first", "wrapped last"], Names(services));
    }

    [Fact]
    public void Decorate_ByTypeFactoryOrInstance_Works()
    {
        Assert.Equal(["wrapped type"], Names(Decorated(s => s.AddSingleton<IPart, TypePart>())));
        Assert.Equal(["wrapped factory"], Names(Decorated(s => s.AddSingleton<IPart>(_ => new Part("factory")))));
        Assert.Equal(["wrapped instance"], Names(Decorated(s => s.AddSingleton<IPart>(new Part("instance")))));
    }

    [Fact]
    public void Decorate_NothingRegistered_DoesNothing()
    {
        var services = Of(ServiceDescriptor.Singleton("other"));

        Assert.False(services.Decorate<IPart>((_, part) => new Wrapped(part)));

        Assert.Single(services);
    }

    [Fact]
    public void Decorate_AKeyedRegistration_IsLeftAlone()
    {
        var services = Of(ServiceDescriptor.Singleton<IPart>(new Part("plain")), ServiceDescriptor.KeyedSingleton<IPart>("key", new Part("keyed")));

        services.Decorate<IPart>((_, part) => new Wrapped(part));

        Assert.Equal(["wrapped plain"], Names(services));
        Assert.Equal("keyed", services.BuildServiceProvider().GetRequiredKeyedService<IPart>("key").Name);
    }

    [Fact]
    public void Decorate_ASingleton_StaysOne()
    {
        using var services = Decorated(s => s.AddSingleton<IPart, TypePart>()).BuildServiceProvider();

        Assert.Same(services.GetRequiredService<IPart>(), services.GetRequiredService<IPart>());
    }

    private static ServiceCollection Of(params ServiceDescriptor[] descriptors)
    {
        var services = new ServiceCollection();
        Array.ForEach(descriptors, ((ICollection<ServiceDescriptor>)services).Add);
        return services;
    }

    private static ServiceCollection Decorated(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        register(services);
        services.Decorate<IPart>((_, part) => new Wrapped(part));
        return services;
    }

    private static IEnumerable<string> Names(ServiceCollection services) => services.BuildServiceProvider().GetServices<IPart>().Select(p => p.Name);

    private interface IPart
    {
        string Name { get; }
    }

    private sealed record Part(string Name) : IPart;

    private sealed record TypePart : IPart
    {
        public string Name => "type";
    }

    private sealed record Wrapped(IPart Inner) : IPart
    {
        public string Name => $"wrapped {Inner.Name}";
    }
}
