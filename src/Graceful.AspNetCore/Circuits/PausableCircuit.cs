using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.JSInterop;
using Microsoft.JSInterop.Infrastructure;

namespace Graceful;

/// <summary>
/// One circuit, in its own scope. Two calls make its client leave with its state and come back by itself:
/// <list type="number">
/// <item><c>Blazor.pauseCircuit()</c>: the client asks for the state, closes its connection, and would then wait for somebody to press "Resume".</item>
/// <item><c>Blazor.defaultReconnectionHandler.onConnectionUp()</c>, while it asks: the handler forgets that this was a pause. So it takes the close for a lost connection and
/// does what it always does: reconnect, with its retries, and, where the circuit is not known, resume with the state it has.</item>
/// </list>
/// </summary>
internal sealed class PausableCircuit(CircuitPauses pauses, IJSRuntime js) : CircuitHandler, IPausableCircuit
{
    private bool _canResume;

    /// <summary>Ups less downs: a client that leaves while another handler waits is down before it is up, and must not be remembered.</summary>
    private int _ups;

    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _canResume = PausedConnections.AddComponents;
        return Task.CompletedTask;
    }

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (++_ups > 0 && _canResume)
        {
            pauses.Add(this);
        }

        return Task.CompletedTask;
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _ups--;
        pauses.Remove(this);
        PausedConnections.CircuitEnds();
        return Task.CompletedTask;
    }

    public void Pause()
    {
        Call("Blazor.pauseCircuit");
        Call("Blazor.defaultReconnectionHandler.onConnectionUp");
    }

    /// <summary>
    /// A call without an answer, which has the handle 0. <c>InvokeVoidAsync</c> always wants one, and the client would have nobody to send it to:
    /// its connection is closed by then, or leads to another circuit.
    /// </summary>
    private void Call(string function) => BeginInvokeJS((JSRuntime)js, new JSInvocationInfo
    {
        AsyncHandle = 0,
        TargetInstanceId = 0,
        Identifier = function,
        CallType = JSCallType.FunctionCall,
        ResultType = JSCallResultType.JSVoidResult,
        ArgsJson = "[]",
    });

    /// <summary>Protected: part of the contract with other runtimes, but not meant for callers.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = nameof(BeginInvokeJS))]
    private static extern void BeginInvokeJS(JSRuntime runtime, in JSInvocationInfo invocation);
}
