using System.Text;
using System.Text.Json;
using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>
/// A request with some offer events of a usual size (about 330 bytes). Every use writes new version 7 ids in the places of
/// the old ones and leaves all else as it is.
/// </summary>
internal sealed class EventRequest : IRequestTemplate
{
    private const string Placeholder = "00000000-0000-7000-8000-000000000000";

    private readonly byte[] _bytes;
    private readonly int[] _places;
    private readonly Random _random;

    public EventRequest(string path, int events, bool isSingle, int seed)
    {
        var body = isSingle ? Event(0) : $"[{string.Join(',', Enumerable.Range(0, events).Select(Event))}]";
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-API-Key: bench\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n";
        _bytes = Encoding.UTF8.GetBytes(head + body);
        _random = new Random(seed);
        var places = new List<int>();
        var marker = Encoding.ASCII.GetBytes(Placeholder);
        for (var at = _bytes.AsSpan().IndexOf(marker); at >= 0;)
        {
            places.Add(at);
            var next = _bytes.AsSpan(at + marker.Length).IndexOf(marker);
            at = next < 0 ? -1 : at + marker.Length + next;
        }

        _places = [.. places];
    }

    public ReadOnlyMemory<byte> Body => _bytes.AsMemory(_bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4);

    public ReadOnlyMemory<byte> Next()
    {
        var milliseconds = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var place in _places)
        {
            WriteId(_bytes.AsSpan(place, 36), milliseconds);
        }

        return _bytes;
    }

    private static string Event(int index) => JsonSerializer.Serialize(new
    {
        offer_slug = $"spring-offer-{index % 23}",
        event_type = index % 3 == 0 ? "preset_cta_apply" : "impression",
        target_slug = $"plan-{index % 11}",
        action = "view",
        cart_total = 129.90m + index,
        currency = "EUR",
        order_reference = $"SM{100_000 + index}",
        event_id = Placeholder,
        metadata = new { presetId = $"preset-{index % 7}", presetLabel = "Preset of the week", source = "landing", position = index, ab = new { slug = "hero", variant = "b" } },
    });

    private void WriteId(Span<byte> place, long milliseconds)
    {
        Span<byte> random = stackalloc byte[10];
        _random.NextBytes(random);
        var id = new Guid(
            (int)(milliseconds >> 16),
            unchecked((short)milliseconds),
            (short)(0x7000 | (random[0] << 4) | (random[1] & 0xF)),
            (byte)(0x80 | (random[2] & 0x3F)),
            random[3], random[4], random[5], random[6], random[7], random[8], random[9]);
        System.Buffers.Text.Utf8Formatter.TryFormat(id, place, out _);
    }
}
