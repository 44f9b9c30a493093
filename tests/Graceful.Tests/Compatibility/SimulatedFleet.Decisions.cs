namespace Graceful.Tests;

/// <summary>How its members change the state: read, decide, compare and set, with time in between.</summary>
internal sealed partial class SimulatedFleet
{
    private FleetState? Decide(SimulatedMember member, long beat)
    {
        var census = Census();
        if (ContractMachine.Decide(census, SimulatedTimes.Timings, beat) is not { } next)
        {
            return null;
        }

        var intent = new Intent(Now + member.Dawdle, Change.Decision, census, next);
        if (member.Dawdle > 0)
        {
            member.Dawdle = 0;
            _intents.Add(intent);
            return null;
        }

        return Replace(intent) ? next : null;
    }

    /// <summary>What has been decided a while ago and is written only now.</summary>
    private void Carry()
    {
        for (var i = _intents.Count - 1; i >= 0; i--)
        {
            var intent = _intents[i];
            if (intent.At <= Now)
            {
                _intents.RemoveAt(i);
                Replace(intent);
            }
        }
    }

    private bool Replace(Intent intent)
    {
        var before = intent.Census.State;
        if (!Done(_store.TryReplaceAsync(intent.Census, intent.Next, default)))
        {
            return false;
        }

        Say($"{intent.Change}: {SimulatedText.Of(before)} → {SimulatedText.Of(intent.Next)} ({intent.Next.Epoch % 10_000_000_000})");
        _invariants.Replaced(intent.Change, intent.Census, intent.Next, Now);
        return true;
    }
}
