using System.Text;

namespace Smplat.Core.Analytics;

/// <summary>
/// Hands out one string for the slugs, types and actions that come again and again, so that a busy hour does not fill the
/// heap with copies. Fixed size; a newcomer takes the place of whoever shares its slot.
/// </summary>
public sealed class TextCache
{
    private const int Slots = 4_096;
    private const int LongestKept = 64;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <param name="utf8">Valid UTF-8 without JSON escapes.</param>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestKept)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var slot = ref _entries[hash.ToHashCode() & (Slots - 1)];
        if (slot is { } entry && utf8.SequenceEqual(entry.Utf8))
        {
            return entry.Text;
        }

        var added = new Entry(utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        slot = added;
        return added.Text;
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
