using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>
/// Compares, now and then, the ring in the store with the one in use: what is new is read, and what the store has lost is put back, because cookies were made with it.
/// </summary>
internal sealed partial class KeyRingWatch(
    FleetKeyRing ring, RingChange change, RingIdentity identity, RingComparison comparison, IOptions<KeyRingOptions> options, IOptions<DataProtectionOptions> dataProtection, IServiceProvider services, TimeProvider time, ILogger<KeyRingWatch> logger)
    : BackgroundService
{
    private const int Attempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private bool _failed;
    private int _toldUnprotected;
    private int _toldName;

    /// <summary>Says once where the keys lie.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (ring.Repository is null)
        {
            if (ring.Elsewhere is not { } elsewhere)
            {
                Log.NotShared(logger);
                return Task.CompletedTask;
            }

            Log.Elsewhere(logger, elsewhere);
        }

        return base.StartAsync(cancellationToken);
    }

    /// <summary>One comparison. True when the ring in use is to be read again.</summary>
    /// <exception cref="Exception">The store did not answer.</exception>
    public async Task<bool> CheckAsync(CancellationToken cancellationToken)
    {
        if (ring.Repository?.Known is not { } known || services.GetService<IKeyRingStore>() is not { } store)
        {
            return false;
        }

        var stored = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        var names = Names(stored);
        foreach (var lost in known.Where(e => RingMark.IsOfDataProtection(e) && !names.Contains(e.Name)))
        {
            // A name that is taken was removed on purpose.
            if (await store.AddAsync(lost, lease: null, cancellationToken).ConfigureAwait(false) == KeyRingAddition.Added)
            {
                names.Add(lost.Name);
                Log.PutBack(logger, lost.Name);
            }
        }

        await CompareApplicationsAsync(store, stored, cancellationToken).ConfigureAwait(false);
        TellOfUnprotected(stored);
        if (names.SetEquals(Names(known)))
        {
            identity.Hash = RingMark.Identity(Application, names);
            return false;
        }

        // What cannot be read is this caller's to know, not the next request's.
        RingRepository.Parse(stored);
        Log.Changed(logger, RingMark.Hash(Application, stored));
        change.Signal();
        return true;
    }

    /// <summary>Uses the ring until it is the one in the store: Data Protection reads in the background, and goes on with the old one meanwhile.</summary>
    /// <exception cref="Exception">The ring cannot be read or used.</exception>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var protector = services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Graceful.KeyRing");
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var text = RandomNumberGenerator.GetBytes(16);
            if (!protector.Unprotect(protector.Protect(text)).AsSpan().SequenceEqual(text))
            {
                throw new InvalidOperationException("What was protected could not be read back.");
            }

            if (!await CheckAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }

        throw new InvalidOperationException("The key ring in the store did not stay the same for a moment.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CheckInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                await (ring.Repository is null ? IdentifyAsync(stoppingToken) : CheckOnceAsync(stoppingToken)).ConfigureAwait(false);
                await comparison.LookAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // The host ends, whatever a store had to say just then.
        }
    }

    private static HashSet<string> Names(IEnumerable<KeyRingElement> elements) =>
        elements.Where(RingMark.IsOfDataProtection).Select(e => e.Name).ToHashSet(StringComparer.Ordinal);

    private string Application => dataProtection.Value.ApplicationDiscriminator ?? "";

    /// <summary>A ring that the application keeps is only read, to be named. Its repository may hang, which must not hold the host's stop.</summary>
    private Task IdentifyAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                identity.Hash = RingMark.Identity(Application, services.GetRequiredService<IKeyManager>().GetAllKeys().Select(RingMark.NameOf));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Data Protection itself tells of it when it needs a key.
                identity.Hash = null;
            }
        },
        cancellationToken).WaitAsync(cancellationToken);

    private async Task CheckOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await CheckAsync(cancellationToken).ConfigureAwait(false))
            {
                await SettleAsync(cancellationToken).ConfigureAwait(false);
            }

            _failed = false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_failed)
            {
                Log.NotChecked(logger, e);
            }

            _failed = true;
        }
    }

    /// <summary>The first to use a ring leaves the hash of its application's name; who comes with another name is told, because it reads no cookie of the others.</summary>
    private async Task CompareApplicationsAsync(IKeyRingStore store, IReadOnlyList<KeyRingElement> stored, CancellationToken cancellationToken)
    {
        var mark = RingMark.Of(Application);
        if (!stored.Contains(mark) && await store.AddAsync(mark, lease: null, cancellationToken).ConfigureAwait(false) == KeyRingAddition.NameTaken &&
            Interlocked.Exchange(ref _toldName, 1) == 0)
        {
            Log.OtherApplication(logger, mark.Name);
        }
    }

    private void TellOfUnprotected(IReadOnlyList<KeyRingElement> stored)
    {
        if (options.Value.AllowUnprotectedKeys)
        {
            return;
        }

        var bare = stored.Count(RingMark.IsUnprotected);
        if ((!ring.IsProtected || bare > 0) && Interlocked.Exchange(ref _toldUnprotected, 1) == 0)
        {
            Log.Unprotected(logger, bare);
        }
    }
}
