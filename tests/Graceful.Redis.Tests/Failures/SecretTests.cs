using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful.Redis.Tests.Failures;

/// <summary>Neither a user, nor a password, nor a connection string: in no log line of any category, in no error, in no key and no name of a client.</summary>
public class SecretTests
{
    private const string User = "battery-staple";
    private const string Password = "correct-horse";

    [Theory]
    [InlineData("works")]
    [InlineData("wrong password")]
    [InlineData("wrong user")]
    [InlineData("no permission")]
    [InlineData("down")]
    [InlineData("killed")]
    public async Task Secrets_AreNowhere(string course)
    {
        await using var server = RedisServer.Prepare("--requirepass", "another-secret");
        var said = new List<string>();
        if (course != "down")
        {
            await server.StartAsync();
            await SayAsync(server, "ACL", "SETUSER", User, "on", $">{Password}", "~*", "&*", course == "no permission" ? "+ping" : "+@all", "+echo", "+evalsha");
        }

        var configuration = $"{server.Configuration},user={(course == "wrong user" ? User + "2" : User)},password={Password}{(course == "wrong password" ? "2" : "")}";
        var log = new LogLines();
        var failures = new List<Exception>();
        using (var host = Build(configuration, log))
        {
            await host.StartAsync();
            var store = host.Services.GetRequiredService<IFleetStore>();
            using var registration = store.OnChanged(() => { });
            var beats = new Beats("a");
            await UseAsync(store, beats, failures);
            if (course is "wrong password" or "wrong user")
            {
                // Once in a while the client remembers of its attempts only the last, and that was that the connection was closed: then one of another instance.
                await Eventually.TrueAsync(
                    async () =>
                    {
                        using var other = Build(configuration, log);
                        await UseAsync(other.Services.GetRequiredService<IFleetStore>(), new Beats("a"), failures);
                        return failures.Exists(f => f.Message.Contains("password", StringComparison.Ordinal));
                    },
                    "a failure names the password");
            }

            if (course == "killed")
            {
                await server.KillAsync();
                await UseAsync(store, beats, failures);
                await server.StartAsync();
            }

            if (course == "works")
            {
                Assert.Empty(failures);
                said.AddRange((string[])(await SayAsync(server, "KEYS", "*"))!);
                said.Add((string)(await SayAsync(server, "CLIENT", "LIST"))!.ToString()!.Replace($"user={User}", "", StringComparison.Ordinal));
            }

            await host.StopAsync();
        }

        Assert.Equal(course != "works", failures.Count > 0);
        said.AddRange(log.All.Select(l => $"{l.Message} {l.Exception}"));
        said.AddRange(failures.Select(f => f.ToString()));
        Assert.All(said, text =>
        {
            Assert.DoesNotContain(User, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Password, text, StringComparison.Ordinal);
            Assert.DoesNotContain(configuration, text, StringComparison.Ordinal);
        });
        Assert.All(failures, f => Assert.IsType<RedisStoreException>(f));
    }

    private static IHost Build(string configuration, LogLines log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "Shop" });
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Graceful:Redis:Configuration", configuration)]);
        builder.Logging.AddProvider(log.Provider).SetMinimumLevel(LogLevel.Trace);
        builder.AddGraceful(o => o.Probes.Port = 0).AddRedis();
        return builder.Build();
    }

    private static async Task UseAsync(IFleetStore store, Beats beats, List<Exception> failures)
    {
        Func<Task>[] uses =
        [
            async () => await store.BeatAsync(beats.Next(info: "{}"), default), async () => await store.TakeCensusAsync(default), async () => await Beats.InstallAsync(store),
            async () => await store.ReadMembersAsync(default), async () => await store.LeaveAsync("nobody", default),
        ];
        foreach (var use in uses)
        {
            if (await Record.ExceptionAsync(use) is { } failure)
            {
                failures.Add(failure);
            }
        }
    }

    private static async Task<StackExchange.Redis.RedisResult> SayAsync(RedisServer server, string command, params object[] arguments)
    {
        await using var connection = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync($"{server.Configuration},allowAdmin=true,password=another-secret");
        return await connection.GetServers()[0].ExecuteAsync(command, arguments);
    }
}
