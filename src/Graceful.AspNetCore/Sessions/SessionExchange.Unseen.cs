namespace Graceful;

/// <summary>
/// Without a contract nobody says what a newer build has written: an entry with a schema that this request has not read is read before it is replaced, and replaced as it was read. With a contract an
/// instance that serves reads every version there is, and the round trip is saved.
/// </summary>
internal sealed partial class SessionExchange
{
    private const int Attempts = 20;

    private async ValueTask SendSeenAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            await ReloadAsync(Document.KnowsAll ? null : names, cancellationToken).ConfigureAwait(false);
            if (IsDegraded)
            {
                throw _failure!;
            }

            if (!Document.IsDirty)
            {
                // It has ended, and what was to be written has gone with it.
                StateSession.Log.Dropped(parts.Logger, Handle, "ended");
                Identity.DeleteCookie();
                return;
            }

            var expect = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var name in names)
            {
                expect[name] = Document.TryFindStored(name, out var stored) ? stored.Revision : 0;
                if (expect[name] > 0 && TypedEntries.IsUnreadable(parts, Handle, name, stored))
                {
                    Document.Forget(name);
                    throw TypedEntries.Unreadable(parts, name);
                }
            }

            if (await SendAsync(expect, cancellationToken).ConfigureAwait(false) != SessionCommitOutcome.Conflict)
            {
                return;
            }
        }

        throw new InvalidOperationException($"Session entries were changed by others {Attempts} times while they were stored: {string.Join(", ", names)}.");
    }
}
