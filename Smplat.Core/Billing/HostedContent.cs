using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Billing;

/// <summary>Puts the way to pay into a reminder: the session's own page while it is open, else the storefront's.</summary>
public sealed class HostedContent(HostedSessionStore store, IOptionsMonitor<RuntimeOptions> runtime) : IMessageContent
{
    public string Kind => MessageKinds.HostedSessionRecovery;

    public async Task<JsonObject> CompleteAsync(OutboxDelivery delivery, CancellationToken cancellationToken)
    {
        var id = delivery.Payload.GetProperty("hosted_session_id").GetGuid();
        var session = await store.FindAsync(id, cancellationToken);
        var page = new Uri(runtime.CurrentValue.FrontendUrl, $"billing/{session?.InvoiceId}").AbsoluteUri;
        var url = session is { Status: HostedStatus.Initiated, Url: { } open } ? open : page;
        return new JsonObject { ["resume_url"] = url };
    }
}
