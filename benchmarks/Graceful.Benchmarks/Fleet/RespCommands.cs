using System.Text;

namespace Graceful.Benchmarks;

/// <summary>Reads the commands that a client sends, chunk by chunk: an array of strings each, <c>*2 $4 PING $1 x</c> with a line end between.</summary>
internal sealed class RespCommands
{
    private readonly List<byte> _rest = [];

    /// <returns>The commands that are complete with this chunk, each as its words.</returns>
    public IEnumerable<string[]> Feed(ReadOnlySpan<byte> chunk)
    {
        _rest.AddRange(chunk);
        List<string[]> complete = [];
        while (TryRead(out var words, out var length))
        {
            complete.Add(words);
            _rest.RemoveRange(0, length);
        }

        return complete;
    }

    private bool TryRead(out string[] words, out int position)
    {
        words = [];
        position = 0;
        if (!TryReadNumber('*', ref position, out var count))
        {
            return false;
        }

        var read = new string[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadNumber('$', ref position, out var length) || position + length + 2 > _rest.Count)
            {
                return false;
            }

            read[i] = Encoding.UTF8.GetString([.. _rest.GetRange(position, length)]);
            position += length + 2;
        }

        words = read;
        return true;
    }

    private bool TryReadNumber(char kind, ref int position, out int number)
    {
        number = 0;
        var end = _rest.IndexOf((byte)'\n', position);
        if (end < 0)
        {
            return false;
        }

        if (_rest[position] != kind)
        {
            throw new InvalidDataException($"Not a command: '{(char)_rest[position]}' where '{kind}' was expected.");
        }

        for (position++; position < end - 1; position++)
        {
            number = (number * 10) + (_rest[position] - '0');
        }

        position = end + 1;
        return true;
    }
}
