using Microsoft.AspNetCore.SignalR;

namespace Graceful;

/// <summary>
/// What comes from a client that pauses. The framework answers it before the state is out, unless that takes no time at all, and the client
/// leaves on the answer: so the answer waits. And an invocation that comes behind, such as a click in that moment, would meet a circuit that
/// is gone, which is a fatal error for the page: it is dropped.
/// </summary>
internal sealed class PausedConnections(DrainOptions options, TimeProvider time) : IHubFilter
{
    private const string PauseCircuit = nameof(PauseCircuit);
    private const string UpdateRootComponents = nameof(UpdateRootComponents);
    private static readonly object Paused = new();
    private static readonly AsyncLocal<bool> Adds = new();

    /// <summary>The circuit ends in the course of the invocation that pauses it, and knows it by nothing else.</summary>
    private static readonly AsyncLocal<TaskCompletionSource?> Ends = new();

    /// <summary>
    /// The client acknowledges the state, but not where another of its invocations is in the way, which waits for this one. The state is most
    /// likely out by then, and the answer goes.
    /// </summary>
    private TimeSpan Patience => options.StreamGrace / 5;

    /// <summary>
    /// Whether the invocation under way adds components to a page, which opens the circuit of a Blazor Web App. That of <c>blazor.server.js</c> has
    /// its components from the start: resumed without any, its page would be dead, and not even be loaded again.
    /// </summary>
    public static bool AddComponents => Adds.Value;

    public static void CircuitEnds() => Ends.Value?.TrySetResult();

    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (!CircuitPauses.IsCircuitHub(invocationContext.Hub.GetType()))
        {
            return next(invocationContext);
        }

        if (invocationContext.Context.Items.ContainsKey(Paused))
        {
            return default;
        }

        return invocationContext.HubMethodName switch
        {
            PauseCircuit => PauseAsync(invocationContext, next),
            UpdateRootComponents => UpdateAsync(invocationContext, next),
            _ => next(invocationContext),
        };
    }

    private static async ValueTask<object?> UpdateAsync(HubInvocationContext invocation, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        Adds.Value = true;
        return await next(invocation).ConfigureAwait(false);
    }

    private async ValueTask<object?> PauseAsync(HubInvocationContext invocation, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        invocation.Context.Items[Paused] = true;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Ends.Value = ended;
        var answer = await next(invocation).ConfigureAwait(false);
        await ended.Task.WaitAsync(Patience, time, invocation.Context.ConnectionAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return answer;
    }
}
