using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Guardrails;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Follow-ups of operators on the guardrails of fulfillment providers.</summary>
public sealed class GuardrailFunctions(FollowUpOperations followUps, FollowUpQueries queries)
{
    [Function("RecordGuardrailFollowUp")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Record what was done about a provider: pause, resume or escalate", Tag = "Guardrails", Description =
        "The follow-up, the provider's status and the notice to Slack commit together.")]
    [JsonBody(typeof(RecordFollowUp), Example =
        """{"providerId":"sample-growth","providerName":"Sample Growth","action":"pause","notes":"Margin below the minimum.","conversionCursor":"spring-price"}""")]
    [Answers(201, typeof(FollowUpReceipt), Naming.Camel)]
    [Answers(200, typeof(FollowUpReceipt), Naming.Camel, Description = "The followUpId is stored already; nothing was changed")]
    [Answers(409, "Another follow-up has this followUpId")]
    public async Task<IResult> RecordGuardrailFollowUpAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/reporting/guardrails/followups")] HttpRequest request,
        CancellationToken cancellationToken) =>
        await followUps.RecordAsync(await request.ReadAsync(RecordFollowUp.Read, cancellationToken), cancellationToken) switch
        {
            FollowUpOutcome.Recorded(var receipt, var isNew) =>
                Answer.Camel(receipt, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK),
            FollowUpOutcome.Refused(var refusal) => Answer.From(refusal),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };

    [Function("ListGuardrailFollowUps")]
    [RequireKey(KeyScope.Operator)]
    [Operation("The follow-ups of a provider, newest first, with its status and telemetry", Tag = "Guardrails")]
    [Query(typeof(ListFollowUps))]
    [QueryParameter("providerId", "The provider's id")]
    [QueryParameter("limit", "1 to 100, default 15")]
    [QueryParameter("cursor", "nextCursor of the previous page, or a time: only follow-ups strictly before it")]
    [Answers(200, typeof(FollowUpPage), Naming.Camel)]
    public async Task<IResult> ListGuardrailFollowUpsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/reporting/guardrails/followups")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Camel(await queries.ListAsync(request.ReadQuery(ListFollowUps.Read), cancellationToken));
}
