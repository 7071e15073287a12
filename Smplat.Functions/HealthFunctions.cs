using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Liveness and readiness, each under the paths that probes and monitors use.</summary>
public sealed class HealthFunctions(IOptionsMonitor<RuntimeOptions> runtime, ReadinessCheck readiness)
{
    [Function("GetHealth")]
    [OpenToAll("Platform probes have no key; the answer says nothing about data.")]
    [RateLimit(RateCategory.System)]
    [Operation("Liveness with environment and version, without checking dependencies", Tag = "Health")]
    [Answers(200, typeof(VersionedLivenessAnswer), Naming.Snake)]
    public Task<IResult> GetHealthAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "healthz")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Snake(
            new VersionedLivenessAnswer("ok", runtime.CurrentValue.Environment, SmplatTelemetry.Version)));

    [Function("GetApiHealth")]
    [OpenToAll("Platform probes have no key; the answer says nothing about data.")]
    [RateLimit(RateCategory.System)]
    [Operation("Liveness", Tag = "Health")]
    [Answers(200, typeof(LivenessAnswer), Naming.Snake)]
    public Task<IResult> GetApiHealthAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/healthz")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Snake(new LivenessAnswer("ok")));

    [Function("GetHealthAlias")]
    [OpenToAll("Platform probes have no key; the answer says nothing about data.")]
    [RateLimit(RateCategory.System)]
    [Operation("Liveness, under the name that the incident guide uses", Tag = "Health")]
    [Answers(200, typeof(LivenessAnswer), Naming.Snake)]
    public Task<IResult> GetHealthAliasAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/health/healthz")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Snake(new LivenessAnswer("ok")));

    [Function("GetReadiness")]
    [OpenToAll("Monitors poll it without a key; details are redacted and the answer is cached for five seconds.")]
    [RateLimit(RateCategory.System)]
    [Operation("Readiness of every component; the verdict is in the body", Tag = "Health")]
    [Query(typeof(ReadinessQuery))]
    [QueryParameter("strict", "true answers 503 when the verdict is error")]
    [Answers(200, typeof(ReadinessAnswer), Naming.Snake)]
    public Task<IResult> GetReadinessAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/health/readyz")] HttpRequest request,
        CancellationToken cancellationToken) => AnswerReadinessAsync(request, cancellationToken);

    [Function("GetReadinessAlias")]
    [OpenToAll("Monitors poll it without a key; details are redacted and the answer is cached for five seconds.")]
    [RateLimit(RateCategory.System)]
    [Operation("Readiness of every component; the verdict is in the body (short path)", Tag = "Health")]
    [Query(typeof(ReadinessQuery))]
    [QueryParameter("strict", "true answers 503 when the verdict is error")]
    [Answers(200, typeof(ReadinessAnswer), Naming.Snake)]
    public Task<IResult> GetReadinessAliasAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/readyz")] HttpRequest request,
        CancellationToken cancellationToken) => AnswerReadinessAsync(request, cancellationToken);

    /// <summary>Always 200, because the storefront reads the body only then; strict maps error to 503.</summary>
    private async Task<IResult> AnswerReadinessAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ReadinessQuery.Read);
        var report = await readiness.CheckAsync(cancellationToken);
        return Answer.Snake(
            ReadinessAnswer.From(report),
            query.Strict && report.Status == ComponentStatus.Error
                ? StatusCodes.Status503ServiceUnavailable
                : StatusCodes.Status200OK);
    }
}

/// <summary>The process is up.</summary>
public sealed record LivenessAnswer(string Status);

/// <summary>The process is up, and which build it is.</summary>
public sealed record VersionedLivenessAnswer(string Status, string Environment, string Version);

/// <param name="Strict">Answer 503 when the verdict is error, for probes that read only the status.</param>
public sealed record ReadinessQuery(bool Strict)
{
    public static ReadinessQuery Read(Fields fields) => new(fields.Flag("strict") ?? false);
}

/// <summary>Verdict over all components.</summary>
/// <param name="Status"><c>ready</c>, <c>degraded</c> or <c>error</c>.</param>
public sealed record ReadinessAnswer(ComponentStatus Status, IReadOnlyDictionary<string, ComponentAnswer> Components)
{
    public static ReadinessAnswer From(ReadinessReport report) => new(
        report.Status,
        report.Components.ToDictionary(
            entry => entry.Key,
            entry => new ComponentAnswer(
                entry.Value.Status, entry.Value.Detail, entry.Value.LastErrorAt, entry.Value.LastSuccessAt)));
}

/// <summary>One component; all four members are always there.</summary>
public sealed record ComponentAnswer(
    ComponentStatus Status, string? Detail, DateTimeOffset? LastErrorAt, DateTimeOffset? LastSuccessAt);

/// <summary>In error while no key is configured and the routes that need one answer 503.</summary>
public sealed class KeysComponent(KeyRing keys, IOptionsMonitor<RuntimeOptions> runtime) : IReadinessComponent
{
    public string Name => "api_keys";

    public Task<ComponentHealth> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(
        !keys.IsEmpty ? ComponentHealth.Ready
        : runtime.CurrentValue.IsLocal ? new(ComponentStatus.Disabled, "A local run without keys is open.")
        : new ComponentHealth(ComponentStatus.Error, "CHECKOUT_API_KEY is not set; keyed routes answer 503."));
}
