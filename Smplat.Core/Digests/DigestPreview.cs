using System.Text.Json;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Digests;

/// <summary>A person's digest as it would read now; it writes nothing.</summary>
public sealed class DigestPreview(DigestStore store, MessageRenderer renderer, TimeProvider clock)
{
    /// <returns>Null when the digest would be empty.</returns>
    public async Task<RenderedMessage?> RenderAsync(DigestReader reader, CancellationToken cancellationToken)
    {
        var content = await store.ReadContentAsync(reader.UserId, cancellationToken);
        if (content.IsEmpty)
        {
            return null;
        }

        var week = DigestWeek.At(clock.GetUtcNow(), reader.Zone).Label;
        var person = new Person(reader.UserId, null, null, "active", reader.TimeZone, "en-US");
        var payload = JsonSerializer.Deserialize<JsonElement>(content.ToPayload(week));
        return renderer.Render(MessageKinds.Find(MessageKinds.WeeklyDigest)!, payload, person, null, MessagePreview.SampleLink);
    }
}
