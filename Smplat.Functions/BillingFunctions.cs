using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Billing;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Hosted payment sessions of a workspace: reading, regenerating and recovering them, and the billing report.</summary>
public sealed class BillingFunctions(
    HostedSessionQueries sessions,
    HostedRegeneration regeneration,
    HostedReportQueries reporting,
    HostedRecovery recovery,
    HostedRecoveryRuns runs)
{
    [Function("ListHostedSessions")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Hosted payment sessions of a workspace, newest first", Tag = "Billing")]
    [Query(typeof(ListHostedSessions))]
    [QueryParameter("workspaceId", "The workspace")]
    [QueryParameter("invoiceId", "Only those of this invoice")]
    [QueryParameter("status", "initiated, completed, expired, abandoned or failed")]
    [QueryParameter("limit", "1 to 200, default 50")]
    [Answers(200, typeof(HostedSessionsAnswer), Naming.Camel)]
    [Answers(404, "Unknown, of another workspace, or billing is not rolled out to it")]
    public async Task<IResult> ListHostedSessionsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/billing/sessions")] HttpRequest request,
        CancellationToken cancellationToken) =>
        AnswerFrom(await sessions.ListAsync(request.ReadQuery(ListHostedSessions.Read), cancellationToken));

    [Function("GetHostedSession")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("One hosted payment session", Tag = "Billing")]
    [Query(typeof(WorkspaceQuery))]
    [QueryParameter("workspaceId", "The workspace")]
    [Answers(200, typeof(HostedSessionView), Naming.Camel)]
    [Answers(404, "Unknown, of another workspace, or billing is not rolled out to it")]
    public async Task<IResult> GetHostedSessionAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/billing/sessions/{sessionId}")] HttpRequest request,
        string sessionId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(sessionId, "session_id");
        var query = request.ReadQuery(WorkspaceQuery.Read);
        return AnswerFrom(await sessions.FindAsync(id, query.WorkspaceId, cancellationToken));
    }

    [Function("RegenerateHostedSession")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Replace a session with a new payment page", Tag = "Billing")]
    [Query(typeof(WorkspaceQuery))]
    [QueryParameter("workspaceId", "The workspace")]
    [JsonBody(typeof(RegenerateSession), Example = """{"expectedUpdatedAt":"2026-03-02T09:00:00Z","notes":"Customer asked for a new link"}""")]
    [Answers(200, typeof(HostedSessionView), Naming.Camel)]
    [Answers(400, "Neither the request nor the old session names the return addresses")]
    [Answers(404, "Unknown, of another workspace, or billing is not rolled out to it")]
    [Answers(409, "Completed, paid, or modified since it was read")]
    [Answers(503, "The payment provider created no session")]
    public async Task<IResult> RegenerateHostedSessionAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/billing/sessions/{sessionId}/regenerate")] HttpRequest request,
        string sessionId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(sessionId, "session_id");
        var query = request.ReadQuery(WorkspaceQuery.Read);
        var command = await request.ReadAsync(RegenerateSession.Read, cancellationToken);
        return AnswerFrom(await regeneration.RegenerateAsync(id, query.WorkspaceId, command, cancellationToken));
    }

    [Function("GetBillingReport")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Report on a workspace's hosted sessions", Tag = "Billing")]
    [Query(typeof(BillingReportQuery))]
    [QueryParameter("workspaceId", "The workspace")]
    [QueryParameter("lookback_days", "1 to 120, default 30")]
    [Answers(200, typeof(HostedReport), Naming.Camel)]
    [Answers(404, "Billing is not rolled out to the workspace")]
    public async Task<IResult> GetBillingReportAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/billing/reports")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(BillingReportQuery.Read);
        var (report, refusal) = await reporting.ReadAsync(query.WorkspaceId, query.Days, cancellationToken);
        return refusal is null ? Answer.Camel(report) : Answer.From(refusal);
    }

    [Function("RunHostedRecovery")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Run the recovery of hosted sessions now", Tag = "Operators")]
    [JsonBody(typeof(RunHostedRecoveryCommand), Example = """{"triggered_by":"manual"}""")]
    [Answers(200, typeof(HostedRecoveryReport), Naming.Snake)]
    public async Task<IResult> RunHostedRecoveryAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/recovery/hosted/run")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(RunHostedRecoveryCommand.Read, cancellationToken);
        return Answer.Snake(await recovery.RunAsync(
            command.TriggeredBy, command.Limit, command.MaxAttempts, cancellationToken));
    }

    [Function("ListHostedRecoveryRuns")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Runs of the hosted recovery, newest first", Tag = "Operators")]
    [Query(typeof(ListHostedRunsQuery))]
    [QueryParameter("limit", "1 to 200, default 50")]
    [Answers(200, typeof(HostedRunsAnswer), Naming.Snake)]
    public async Task<IResult> ListHostedRecoveryRunsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/recovery/hosted/runs")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(new HostedRunsAnswer(
            [.. (await runs.ListAsync(request.ReadQuery(ListHostedRunsQuery.Read).Limit, cancellationToken)).Select(HostedRunAnswer.From)]));

    private static IResult AnswerFrom(HostedOutcome outcome) => outcome switch
    {
        HostedOutcome.Found found => Answer.Camel(found.Session),
        HostedOutcome.Listed listed => Answer.Camel(new HostedSessionsAnswer(listed.Sessions)),
        HostedOutcome.Refused refused => Answer.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}

public sealed record WorkspaceQuery(Guid WorkspaceId)
{
    public static WorkspaceQuery Read(Fields fields) => new(fields.RequiredGuid("workspaceId", also: "workspace_id"));
}

/// <param name="Days">1 to 120, default 30.</param>
public sealed record BillingReportQuery(Guid WorkspaceId, int Days)
{
    public static BillingReportQuery Read(Fields fields) => new(
        fields.RequiredGuid("workspaceId", also: "workspace_id"),
        fields.Integer("lookback_days", 1, 120, also: "lookbackDays") ?? 30);
}

/// <param name="Limit">1 to 200, default 50.</param>
public sealed record ListHostedRunsQuery(int Limit)
{
    public static ListHostedRunsQuery Read(Fields fields) => new(fields.Integer("limit", 1, 200) ?? 50);
}

/// <param name="TriggeredBy">Label of the run in the ledger. Default <c>manual</c>.</param>
public sealed record RunHostedRecoveryCommand(string TriggeredBy, int? Limit, int? MaxAttempts)
{
    public static RunHostedRecoveryCommand Read(Fields fields) => new(
        fields.Text("triggered_by", 1, 64) ?? "manual",
        fields.Integer("limit", 1, 10_000),
        fields.Integer("max_attempts", 1, 50));
}

public sealed record HostedSessionsAnswer(IReadOnlyList<HostedSessionView> Sessions);

public sealed record HostedRunAnswer
{
    public required Guid Id { get; init; }

    public required string TriggeredBy { get; init; }

    public required string Status { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    public required int ScheduledCount { get; init; }

    public required int NotifiedCount { get; init; }

    public required JsonElement Metadata { get; init; }

    public required string? ErrorMessage { get; init; }

    public static HostedRunAnswer From(HostedRecoveryRun run) => new()
    {
        Id = run.Id,
        TriggeredBy = run.TriggeredBy,
        Status = run.Status,
        StartedAt = run.StartedAt,
        CompletedAt = run.CompletedAt,
        ScheduledCount = run.ScheduledCount,
        NotifiedCount = run.NotifiedCount,
        Metadata = JsonSerializer.Deserialize<JsonElement>(run.Metadata),
        ErrorMessage = run.ErrorMessage,
    };
}

public sealed record HostedRunsAnswer(IReadOnlyList<HostedRunAnswer> Runs);
