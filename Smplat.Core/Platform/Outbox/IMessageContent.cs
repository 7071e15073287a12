using System.Text.Json.Nodes;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// What a feature adds to a message of its kind at the moment of sending: fresh figures, and links that must not lie in the
/// outbox. Register it with <c>services.AddMessageContent&lt;T&gt;()</c>.
/// </summary>
public interface IMessageContent
{
    string Kind { get; }

    /// <summary>Members that join the payload's and win over them.</summary>
    Task<JsonObject> CompleteAsync(OutboxDelivery delivery, CancellationToken cancellationToken);
}
