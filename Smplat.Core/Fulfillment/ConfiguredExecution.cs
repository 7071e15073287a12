using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>Tasks that say themselves what is to be called: <c>payload.execution</c>.</summary>
public sealed class ConfiguredExecution(
    GuardedHttp http,
    HostBulkheads hosts,
    OrderFile orders,
    IOptionsMonitor<ExecutionOptions> options,
    IConfiguration configuration,
    TimeProvider clock)
{
    public async Task<ExecutionOutcome> ExecuteAsync(
        ClaimedTask task, JsonObject payload, JsonObject execution, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> secrets = [];
        try
        {
            RequireHttp(execution);
            var settings = options.CurrentValue;
            var fresh = (await orders.FindItemsAsync([task.OrderItemId], cancellationToken)).GetValueOrDefault(task.OrderItemId);
            var context = TemplateContext.Build(
                task, payload["context"] as JsonObject, fresh, EnvironmentKeys(execution), settings.TemplateKeys, configuration);
            secrets = context.Secrets;
            var call = HttpCall.Read(execution, context.Root, settings.HttpMaxSeconds);
            var result = await SendAsync(call, task, secrets, cancellationToken);
            return Judge(result, execution, payload["raw_payload"]);
        }
        catch (TemplateException exception)
        {
            return new ExecutionOutcome.Failed(CallFailure.Text(exception.Message, secrets), IsPermanent: true);
        }
        catch (HttpRequestException exception) when (exception.InnerException is PrivateAddressException refusal)
        {
            return new ExecutionOutcome.Failed(CallFailure.Text(refusal.Message, secrets), IsPermanent: true);
        }
        catch (HostPausedException paused)
        {
            return new ExecutionOutcome.Postponed(paused.Message, paused.Wait);
        }
        catch (Exception exception) when (CallFailure.MayPass(exception, cancellationToken))
        {
            return new ExecutionOutcome.Failed(CallFailure.Describe(exception, secrets));
        }
    }

    private Task<CallResult> SendAsync(
        HttpCall call, ClaimedTask task, IReadOnlyList<string> secrets, CancellationToken cancellationToken) =>
        hosts.CallAsync(
            call.Url,
            async token =>
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
                limit.CancelAfter(call.Timeout);
                var started = clock.GetTimestamp();
                using var request = call.ToRequest(task.Id, Activity.Current?.Id);
                using var response = await http.SendAsync(request, limit.Token);
                return await CallResult.ReadAsync(
                    response, clock.GetElapsedTime(started), secrets, clock.GetUtcNow(), limit.Token);
            },
            cancellationToken);

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
