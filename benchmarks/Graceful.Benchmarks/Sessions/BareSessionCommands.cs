using StackExchange.Redis;

namespace Graceful.Benchmarks;

/// <summary>What both sides send to Redis for a request, without anything around it: the most that a session layer can reach with these commands.</summary>
internal sealed class BareSessionCommands : IAsyncDisposable
{
    private const string Data = "data";
    private static readonly RedisValue[] Expiry = ["absexp", "sldexp"];
    private static readonly RedisValue[] ExpiryAndData = [.. Expiry, Data];
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(20);

    private readonly ConnectionMultiplexer _connection;
    private readonly RedisKey[] _blobs;
    private readonly RedisKey[] _hashes;
    private readonly byte[] _blob;
    private readonly byte[] _entry;

    private BareSessionCommands(ConnectionMultiplexer connection, int sessions, int entries, int size)
    {
        _connection = connection;
        _blobs = [.. Enumerable.Range(0, sessions).Select(i => (RedisKey)$"bare-blob{i}")];
        _hashes = [.. Enumerable.Range(0, sessions).Select(i => (RedisKey)$"bare-hash{i}")];

        // Names and lengths stand in the blob, too.
        _blob = new byte[20 + (entries * (size + 12))];
        _entry = new byte[1 + size];
    }

    private IDatabase Database => _connection.GetDatabase();

    public static async Task<BareSessionCommands> OpenAsync(string address, int sessions, int entries, int size)
    {
        var bare = new BareSessionCommands(await ConnectionMultiplexer.ConnectAsync(SessionWire.To(address)), sessions, entries, size);
        for (var i = 0; i < sessions; i++)
        {
            await bare.SetBlobAsync(i);
            var set = Enumerable.Range(0, entries).ToDictionary(SessionEndpoints.NameOf, _ => (ReadOnlyMemory<byte>)bare._entry);
            await bare.Database.ScriptEvaluateAsync(SessionScripts.Commit.Flagged.Text, [bare._hashes[i]], SessionWriting.Arguments(Commit() with { Set = set }));
        }

        return bare;
    }

    public Func<int, int, Task> BuiltIn(string path) => path switch
    {
        SessionEndpoints.Read => async (session, _) =>
        {
            await GetBlobAsync(session);
            await Database.HashGetAsync(_blobs[session], Expiry);
            await Database.KeyExpireAsync(_blobs[session], Life);
        }
        ,
        _ => async (session, _) =>
        {
            await GetBlobAsync(session);
            await SetBlobAsync(session);
        }
        ,
    };

    public Func<int, int, Task> Graceful(string path) => path switch
    {
        SessionEndpoints.Read => (session, _) => Database.HashGetAllAsync(_hashes[session]),
        SessionEndpoints.BlindWrite => (session, _) => CommitAsync(session),
        _ => async (session, _) =>
        {
            await Database.HashGetAllAsync(_hashes[session]);
            await CommitAsync(session);
        }
        ,
    };

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static SessionCommit Commit() => new(Guid.NewGuid().ToString("N"), Life);

    private async Task GetBlobAsync(int session)
    {
        await Database.HashGetAsync(_blobs[session], ExpiryAndData);
        await Database.KeyExpireAsync(_blobs[session], Life);
    }

    private Task SetBlobAsync(int session) => Task.WhenAll(
        Database.HashSetAsync(_blobs[session], [new(Expiry[0], -1), new(Expiry[1], Life.Ticks), new(Data, _blob)]),
        Database.KeyExpireAsync(_blobs[session], Life));

    private Task<RedisResult> CommitAsync(int session)
    {
        var commit = Commit() with { Set = new Dictionary<string, ReadOnlyMemory<byte>> { [SessionWork.None.Entry] = _entry } };
        return Database.ScriptEvaluateAsync(SessionScripts.Commit.Flagged.Name, [_hashes[session]], SessionWriting.Arguments(commit));
    }
}
