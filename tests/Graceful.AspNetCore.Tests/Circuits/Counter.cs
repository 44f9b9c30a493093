using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;

namespace Graceful.AspNetCore.Tests.Circuits;

/// <summary>The page: one component, rendered on the server and then by a circuit. Public, as everything that Blazor looks for.</summary>
public sealed class CounterApp : ComponentBase
{
    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.OpenElement(0, "body");
        builder.OpenComponent(1, Navigation.Uri.EndsWith("/plain", StringComparison.Ordinal) ? typeof(Plain) : typeof(Counter));
        builder.AddComponentRenderMode(RenderMode.InteractiveServer);
        builder.CloseComponent();
        builder.CloseElement();
    }
}

/// <summary>Says what it holds: "kept", which is persistent state, and "lost", which is a field.</summary>
[Route("/")]
public sealed class Counter : ComponentBase, IDisposable
{
    private PersistingComponentStateSubscription _persisting;
    private int _lost;

    [PersistentState]
    public int Kept { get; set; }

    [Inject]
    public required OpenCounters Open { get; set; }

    [Inject]
    public required PersistentComponentState State { get; set; }

    public Task SetAsync(int value) => InvokeAsync(() =>
    {
        Kept = value;
        _lost = value;
        StateHasChanged();
    });

    public void Dispose()
    {
        Open.All.TryRemove(this, out _);
        _persisting.Dispose();
    }

    protected override void OnInitialized()
    {
        if (RendererInfo.IsInteractive)
        {
            Open.All[this] = true;
            _persisting = State.RegisterOnPersisting(() => Open.Persisting());
        }
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddContent(0, string.Create(CultureInfo.InvariantCulture, $"kept {Kept}, lost {_lost};"));
    }
}

/// <summary>Without persistent state, which a circuit that has its components from the start does not know.</summary>
[Route("/plain")]
public sealed class Plain : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddContent(0, "plain;");
    }
}

/// <summary>The counters of one host's circuits.</summary>
public sealed class OpenCounters
{
    internal ConcurrentDictionary<Counter, bool> All { get; } = new();

    /// <summary>What each does while its state is collected.</summary>
    internal Func<Task> Persisting { get; set; } = () => Task.CompletedTask;
}
