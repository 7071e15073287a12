using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.Slack;

/// <summary>Slack's incoming webhooks: takes <c>{"text": …}</c> and answers <c>ok</c>.</summary>
public sealed class FakeSlack(TimeProvider clock) : FakeVendor("slack", clock)
{
    private const string Path = "/services/T000/B000/secret";

    public Uri Webhook => new(Address, Path);

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["HOSTED_RECOVERY_SLACK_ENABLED"] = "true",
        ["HOSTED_RECOVERY_SLACK_WEBHOOK_URL"] = Webhook.AbsoluteUri,
    };

    /// <summary>The texts that were posted, oldest first.</summary>
    public IReadOnlyList<string> Texts =>
    [
        .. Calls.To(Path).Where(call => call.Status == 200).Select(call =>
            JsonDocument.Parse(call.BodyText).RootElement.GetProperty("text").GetString()!),
    ];

    protected override void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, Answer(TakeAsync));

    private static async Task<IResult> TakeAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        return body.RootElement.TryGetProperty("text", out var text) && text.GetString() is { Length: > 0 }
            ? Results.Text("ok")
            : Results.Text("no_text", statusCode: StatusCodes.Status400BadRequest);
    }
}
