using System.Reflection;
using System.Runtime.ExceptionServices;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.Testing;

/// <summary>The client itself, but that something is done before a batch is sent.</summary>
#pragma warning disable CA1852 // A proxy's class is derived from it.
internal class WatchedClient : DispatchProxy
#pragma warning restore CA1852
{
    private object _inner = null!;
    private Action _onExecute = null!;

    public static T Around<T>(T inner, Action onExecute)
        where T : class
    {
        var proxy = Create<T, WatchedClient>();
        ((WatchedClient)(object)proxy)._inner = inner;
        ((WatchedClient)(object)proxy)._onExecute = onExecute;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IBatch.Execute))
        {
            _onExecute();
        }

        try
        {
            return targetMethod.Invoke(_inner, args) switch
            {
                IBatch batch => Around(batch, _onExecute),
                IDatabase database => Around(database, _onExecute),
                var other => other,
            };
        }
        catch (TargetInvocationException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
            throw;
        }
    }
}
