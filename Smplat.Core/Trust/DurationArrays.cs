using System.Buffers.Binary;

namespace Smplat.Core.Trust;

/// <summary>
/// Arrays of bigint in the binary form of Postgres (<c>array_send</c>), one after the other: a head of dimensions, a flag
/// and the type, then length and lower bound of the one dimension, then each element behind its own length.
/// </summary>
public static class DurationArrays
{
    private const int HeadBytes = 12;
    private const int DimensionBytes = 8;
    private const int ElementBytes = 4 + sizeof(long);

    public static void ForEach(ReadOnlySpan<byte> arrays, Action<long> take)
    {
        while (!arrays.IsEmpty)
        {
            if (BinaryPrimitives.ReadInt32BigEndian(arrays) == 0)
            {
                arrays = arrays[HeadBytes..];
                continue;
            }

            var count = BinaryPrimitives.ReadInt32BigEndian(arrays[HeadBytes..]);
            arrays = arrays[(HeadBytes + DimensionBytes)..];
            for (var element = 0; element < count; element++)
            {
                take(BinaryPrimitives.ReadInt64BigEndian(arrays[((element * ElementBytes) + 4)..]));
            }

            arrays = arrays[(count * ElementBytes)..];
        }
    }
}
