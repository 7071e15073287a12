using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Tasks of the built-in types go to the fulfillment provider that operators configured for the type. Nothing here acts on a
/// platform by itself.
/// </summary>
public sealed class BuiltInExecution(
    GuardedHttp http, HostBulkheads hosts, IOptionsMonitor<ExecutionOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public async Task<ExecutionOutcome> ExecuteAsync(ClaimedTask task, JsonObject payload, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if (settings.EndpointOf(task.TaskType) is not { } endpoint)
        {
            return new ExecutionOutcome.Failed(
                $"No endpoint is configured for {task.TaskType}; set {ExecutionOptions.SettingOf(task.TaskType)}.", IsPermanent: true);
        }

        IReadOnlyList<string> secrets = settings.EndpointToken is { } token ? [token] : [];
        try
        {
            var result = await hosts.CallAsync(
                endpoint, token => SendAsync(task, payload, endpoint, settings.EndpointToken, secrets, token), cancellationToken);
            return (int)result.Status is >= 200 and <= 299
                ? new ExecutionOutcome.Succeeded(Result(task, result).ToJsonString())
                : new ExecutionOutcome.Failed(
                    $"The provider answered with {(int)result.Status}: {result.Preview}",
                    StatusPolicy.IsPermanent(result.Status),
                    result.RetryAfter);
        }
        catch (HostPausedException paused)
        {
            return new ExecutionOutcome.Postponed(paused.Message, paused.Wait);
        }
        catch (HttpRequestException exception) when (exception.InnerException is PrivateAddressException refusal)
        {
            return new ExecutionOutcome.Failed(refusal.Message, IsPermanent: true);
        }
        catch (Exception exception) when (CallFailure.MayPass(exception, cancellationToken))
        {
            return new ExecutionOutcome.Failed(CallFailure.Describe(exception, secrets));
        }
    }

    private async Task<CallResult> SendAsync(
        ClaimedTask task,
        JsonObject payload,
        Uri endpoint,
        string? token,
        IReadOnlyList<string> secrets,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        var started = clock.GetTimestamp();
        using var request = Request(task, payload, endpoint, token);
        using var response = await http.SendToConfiguredAsync(request, limit.Token);
        return await CallResult.ReadAsync(response, clock.GetElapsedTime(started), secrets, clock.GetUtcNow(), limit.Token);
    }

    private static HttpRequestMessage Request(ClaimedTask task, JsonObject payload, Uri endpoint, string? token)
    {
        var body = new JsonObject
        {
            ["task_id"] = task.Id.ToString(),
            ["task_type"] = task.TaskType,
            ["title"] = task.Title,
            ["order_item_id"] = task.OrderItemId.ToString(),
            ["attempt"] = task.Attempt,
            ["payload"] = payload.DeepClone(),
        };
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json", "utf-8")),
        };
        request.Headers.Add("Idempotency-Key", task.Id.ToString());
        if (Activity.Current?.Id is { } traceparent)
        {
            request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        }

        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        return request;
    }

    private static JsonObject Result(ClaimedTask task, CallResult result) => new()
    {
        ["status"] = task.TaskType switch
        {
            FulfillmentTaskType.AnalyticsCollection => "analytics_collected",
            FulfillmentTaskType.InstagramSetup => "instagram_setup",
            FulfillmentTaskType.FollowerGrowth => "campaign_started",
            FulfillmentTaskType.EngagementBoost => "engagement_actions_queued",
            FulfillmentTaskType.ContentPromotion => "promotion_scheduled",
            FulfillmentTaskType.CampaignOptimization => "campaign_optimized",
            _ => "completed",
        },
        ["status_code"] = (int)result.Status,
        ["duration_ms"] = (long)result.Duration.TotalMilliseconds,
        ["details"] = result.Response?.DeepClone(),
    };
}
