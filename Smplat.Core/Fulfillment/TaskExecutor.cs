using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>Runs tasks against the outside world.</summary>
public interface ITaskGateway
{
    /// <summary>
    /// Runs a task. A failure is an outcome, not an exception; an exception counts as a temporary failure. The same task may be
    /// run again and must then have no second effect: calls carry the task's id as idempotency key.
    /// </summary>
    Task<ExecutionOutcome> ExecuteAsync(ClaimedTask task, CancellationToken cancellationToken);
}

/// <summary>The outcome of an attempt at a task.</summary>
public abstract record ExecutionOutcome
{
    private ExecutionOutcome()
    {
    }

    /// <param name="Result">JSON object, redacted and capped.</param>
    public sealed record Succeeded(string Result) : ExecutionOutcome;

    /// <param name="Error">For operators: redacted and capped.</param>
    /// <param name="IsPermanent">A retry cannot help.</param>
    /// <param name="RetryAfter">The wait that the provider asked for.</param>
    public sealed record Failed(string Error, bool IsPermanent = false, TimeSpan? RetryAfter = null) : ExecutionOutcome;

    /// <summary>
    /// No attempt was made, because the circuit of the host is open or the host is busy. The task waits and loses no retry.
    /// </summary>
    public sealed record Postponed(string Why, TimeSpan Wait) : ExecutionOutcome;
}

/// <summary>Chooses how a task is run: by its own description, or by its type.</summary>
internal sealed class TaskExecutor(ConfiguredExecution configured, BuiltInExecution builtIn) : ITaskGateway
{
    public Task<ExecutionOutcome> ExecuteAsync(ClaimedTask task, CancellationToken cancellationToken)
    {
        JsonObject payload;
        try
        {
            payload = task.Payload is null ? [] : JsonNode.Parse(task.Payload) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return Task.FromResult<ExecutionOutcome>(new ExecutionOutcome.Failed("The payload is nested too deeply.", IsPermanent: true));
        }

        return payload["execution"] is JsonObject { Count: > 0 } execution
            ? configured.ExecuteAsync(task, payload, execution, cancellationToken)
            : builtIn.ExecuteAsync(task, payload, cancellationToken);
    }

    /// <summary>Runs a call, and turns its exceptions into outcomes without secrets.</summary>
    /// <param name="secrets">The secrets as known when the call fails.</param>
    internal static async Task<ExecutionOutcome> GuardAsync(
        Func<Task<ExecutionOutcome>> call, Func<IReadOnlyList<string>> secrets, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (TemplateException exception)
        {
            return new ExecutionOutcome.Failed(CallFailure.Text(exception.Message, secrets()), IsPermanent: true);
        }
        catch (HttpRequestException exception) when (exception.InnerException is PrivateAddressException refusal)
        {
            return new ExecutionOutcome.Failed(CallFailure.Text(refusal.Message, secrets()), IsPermanent: true);
        }
        catch (HostPausedException paused)
        {
            return new ExecutionOutcome.Postponed(paused.Message, paused.Wait);
        }
        catch (Exception exception) when (CallFailure.IsTemporary(exception, cancellationToken))
        {
            return new ExecutionOutcome.Failed(CallFailure.Describe(exception, secrets()));
        }
    }
}

/// <summary>Runs tasks that describe their own call in <c>payload.execution</c>.</summary>
internal sealed class ConfiguredExecution(
    GuardedHttp http,
    HostBulkheads hosts,
    OrderQueries orders,
    IOptionsMonitor<ExecutionOptions> options,
    IConfiguration configuration)
{
    public Task<ExecutionOutcome> ExecuteAsync(
        ClaimedTask task, JsonObject payload, JsonObject execution, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> secrets = [];
        return TaskExecutor.GuardAsync(RunAsync, () => secrets, cancellationToken);

        async Task<ExecutionOutcome> RunAsync()
        {
            RequireHttp(execution);
            var settings = options.CurrentValue;
            var current = (await orders.FindItemsAsync([task.OrderItemId], cancellationToken)).GetValueOrDefault(task.OrderItemId);
            var context = TemplateContext.Build(
                task, payload["context"] as JsonObject, current, EnvironmentKeys(execution), settings.TemplateKeys, configuration);
            secrets = context.Secrets;
            var call = HttpCall.Read(execution, context.Root, settings.HttpMaxSeconds);
            var result = await hosts.CallAsync(
                call.Url,
                async token =>
                {
                    using var request = call.ToRequest(task.Id, Activity.Current?.Id);
                    return await http.CallAsync(request, call.Timeout, secrets, token);
                },
                cancellationToken);
            return Judge(result, execution, payload["raw_payload"]);
        }
    }

    private static ExecutionOutcome Judge(CallResult result, JsonObject execution, JsonNode? rawPayload)
    {
        var status = (int)result.Status;
        if (!StatusPolicy.IsSuccess(status, execution))
        {
            return new ExecutionOutcome.Failed(
                $"The call was answered with {status}: {result.Preview}", StatusPolicy.IsPermanent(result.Status), result.RetryAfter);
        }

        var stored = new JsonObject
        {
            ["status"] = "http_request_completed",
            ["status_code"] = status,
            ["duration_ms"] = (long)result.Duration.TotalMilliseconds,
            ["response"] = result.Response?.DeepClone(),
            ["execution_kind"] = "http",
        };
        if (rawPayload is not null)
        {
            stored["payload_snapshot"] = rawPayload.DeepClone();
        }

        return new ExecutionOutcome.Succeeded(stored.ToJsonString());
    }

    private static void RequireHttp(JsonObject execution)
    {
        var kind = execution["kind"] is { } node ? Template.ToText(node) : "http";
        if (!kind.Equals("http", StringComparison.OrdinalIgnoreCase))
        {
            throw new TemplateException($"Executions of kind {kind} are not supported; only http is.");
        }
    }

    private static IReadOnlyList<string> EnvironmentKeys(JsonObject execution) =>
        execution["environment_keys"] is JsonArray keys ? [.. keys.Select(Template.ToText)] : [];
}

/// <summary>
/// Sends tasks of the built-in types to the fulfillment provider that is configured for the type. Nothing here acts on a
/// platform directly.
/// </summary>
internal sealed class BuiltInExecution(GuardedHttp http, HostBulkheads hosts, IOptionsMonitor<ExecutionOptions> options)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public Task<ExecutionOutcome> ExecuteAsync(ClaimedTask task, JsonObject payload, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if (settings.EndpointOf(task.TaskType) is not { } endpoint)
        {
            return Task.FromResult<ExecutionOutcome>(new ExecutionOutcome.Failed(
                $"No endpoint is configured for {task.TaskType}; set {ExecutionOptions.SettingOf(task.TaskType)}.", IsPermanent: true));
        }

        IReadOnlyList<string> secrets = settings.EndpointToken is { } secret ? [secret] : [];
        return TaskExecutor.GuardAsync(RunAsync, () => secrets, cancellationToken);

        async Task<ExecutionOutcome> RunAsync()
        {
            var result = await hosts.CallAsync(
                endpoint,
                async token =>
                {
                    using var request = Request(task, payload, endpoint, settings.EndpointToken);
                    return await http.CallConfiguredAsync(request, Timeout, secrets, token);
                },
                cancellationToken);
            return (int)result.Status is >= 200 and <= 299
                ? new ExecutionOutcome.Succeeded(Result(task, result).ToJsonString())
                : new ExecutionOutcome.Failed(
                    $"The provider answered with {(int)result.Status}: {result.Preview}",
                    StatusPolicy.IsPermanent(result.Status),
                    result.RetryAfter);
        }
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
