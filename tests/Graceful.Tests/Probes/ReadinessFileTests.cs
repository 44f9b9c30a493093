using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.Tests;

public sealed class ReadinessFileTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly LogLines _log = new();
    private readonly FakeProbes _probes = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graceful-");
    private readonly ProbeOptions _options = new();
    private readonly ReadinessFile _file;

    public ReadinessFileTests()
    {
        _options.ReadinessFile = Path.Combine(_folder.FullName, "ready");
        _file = new ReadinessFile(_probes, _options, _clock, _log.Create<ReadinessFile>());
    }

    [Fact]
    public async Task File_ExistsExactlyWhileReady()
    {
        await StartAsync();
        Assert.False(File.Exists(_options.ReadinessFile));

        _probes.IsReady = true;
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(0.5));
        Assert.True(File.Exists(_options.ReadinessFile));

        _probes.IsReady = false;
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(0.5));
        Assert.False(File.Exists(_options.ReadinessFile));
    }

    [Fact]
    public async Task File_LeftBehindByAKilledProcess_IsRemovedAtTheStart()
    {
        await File.WriteAllTextAsync(_options.ReadinessFile!, "old");

        await StartAsync();

        Assert.False(File.Exists(_options.ReadinessFile));
    }

    [Fact]
    public async Task File_WhileReady_IsRewrittenSoThatItsAgeTellsAHangingProcess()
    {
        _probes.IsReady = true;
        await StartAsync();

        await _clock.AdvanceAsync(TimeSpan.FromSeconds(10));

        var written = DateTimeOffset.Parse(await File.ReadAllTextAsync(_options.ReadinessFile!), CultureInfo.InvariantCulture);
        Assert.Equal(_clock.GetUtcNow(), written);
    }

    [Fact]
    public async Task File_WhenTheHostHasStopped_IsGone()
    {
        _probes.IsReady = true;
        await StartAsync();

        await _clock.UntilAsync(_file.StoppedAsync(CancellationToken.None));
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(5));

        Assert.False(File.Exists(_options.ReadinessFile));
    }

    [Fact]
    public async Task File_StoppedTwice_StaysGone()
    {
        _probes.IsReady = true;
        await StartAsync();

        await _clock.UntilAsync(_file.StoppedAsync(CancellationToken.None));
        await _clock.UntilAsync(_file.StoppedAsync(CancellationToken.None));

        Assert.False(File.Exists(_options.ReadinessFile));
    }

    [Fact]
    public async Task File_CannotBeWritten_IsSaidOnceAndHarmsNobody()
    {
        _options.ReadinessFile = Path.Combine(_folder.FullName, "missing", "ready");
        _probes.IsReady = true;

        await StartAsync();
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(1, _log.Count("ReadinessFileFailed"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void File_IsKeptOnlyWhereItIsSet(bool isSet)
    {
        var builder = TestHost.Builder();
        builder.AddGraceful(o => o.Probes.ReadinessFile = isSet ? _options.ReadinessFile : null);
        using var host = builder.Build();

        Assert.Equal(isSet, host.Services.GetServices<IHostedService>().OfType<ReadinessFile>().Any());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task StartAsync()
    {
        await _file.StartingAsync(CancellationToken.None);
        await _clock.SettleAsync();
    }

    private sealed class FakeProbes : IProbes
    {
        public bool IsReady { get; set; }

        public ProbeResult Check(ProbeKind kind)
        {
            Assert.Equal(ProbeKind.Readiness, kind);
            return new ProbeResult(IsReady, null);
        }

        public ProbeDetail GetDetail(ProbeKind kind) => throw new NotSupportedException();
    }
}
