using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Graceful;

/// <summary>Data Protection's repository on the fleet's store, and what was last read of it.</summary>
/// <remarks>Data Protection asks for its keys synchronously: rarely, and once warm only behind the requests' backs. Each wait is bounded.</remarks>
internal sealed class RingRepository(IKeyRingStore store, TimeProvider time) : IDeletableXmlRepository
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly AsyncLocal<string?> _lease = new();
    private volatile IReadOnlyList<KeyRingElement>? _known;

    /// <summary>The elements that Data Protection was last given; null before it asked.</summary>
    public IReadOnlyList<KeyRingElement>? Known => _known;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        try
        {
            var elements = Wait(store.ReadAsync);
            var parsed = Parse(elements);
            _known = elements;
            return parsed;
        }
        catch (Exception e) when (_known is not null && _lease.Value is null && e is not OutOfMemoryException)
        {
            // Data Protection would fail the request that happens to ask. The watch tells of it, and reads again.
            return Parse(_known);
        }
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        var lease = _lease.Value;
        var content = element.ToString(SaveOptions.DisableFormatting);
        var outcome = Wait(token => store.AddAsync(new KeyRingElement(friendlyName, content), lease, token));
        if (outcome != KeyRingAddition.Added)
        {
            throw new InvalidOperationException(outcome == KeyRingAddition.LeaseLost
                ? $"The element '{friendlyName}' was not added to the key ring: the lease under which it was made ran out. The next attempt reads the ring first."
                : $"The element '{friendlyName}' was not added to the key ring: the name is taken.");
        }
    }

    public bool DeleteElements(Action<IReadOnlyCollection<IDeletableElement>> chooseElements)
    {
        ArgumentNullException.ThrowIfNull(chooseElements);
        Deletable[] snapshot = [.. Wait(store.ReadAsync).Where(RingMark.IsOfDataProtection).Select(e => new Deletable(e.Name, Parse(e)))];
        chooseElements(snapshot);
        foreach (var chosen in snapshot.Where(e => e.DeletionOrder is not null).OrderBy(e => e.DeletionOrder))
        {
            Wait(token => store.RemoveAsync(chosen.Name, token));
        }

        return true;
    }

    /// <summary>What the caller stores before the result is disposed needs this lease, and what it reads is what the store says now.</summary>
    public IDisposable Under(string lease)
    {
        _lease.Value = lease;
        return new End(_lease);
    }

    /// <exception cref="InvalidDataException">An element is not XML.</exception>
    public static XElement[] Parse(IEnumerable<KeyRingElement> elements) => [.. elements.Where(RingMark.IsOfDataProtection).Select(Parse)];

    /// <summary>An exception of the parser might repeat a piece of a key.</summary>
    private static XElement Parse(KeyRingElement element)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(element.Content), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            throw new InvalidDataException($"The element '{element.Name}' of the key ring is not XML; remove it from the store, or put it right.");
        }
    }

    private T Wait<T>(Func<CancellationToken, ValueTask<T>> ask)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            // Not on the caller's context, which is blocked.
            return Task.Run(() => ask(limit.Token).AsTask(), limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"The store of the key ring did not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    private sealed class Deletable(string name, XElement element) : IDeletableElement
    {
        public string Name => name;

        public XElement Element => element;

        public int? DeletionOrder { get; set; }
    }

    private sealed class End(AsyncLocal<string?> lease) : IDisposable
    {
        public void Dispose() => lease.Value = null;
    }
}
