using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Checkout;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The routes of a checkout: its state, events of the storefront, resuming it, and the recovery report.</summary>
public sealed class CheckoutFunctions(CheckoutOperations checkouts, CheckoutResume resume, CheckoutRecoveryQueries figures)
{
    [Function("GetCheckout")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("The checkout of an order; created on first read", Tag = "Checkout")]
    [Answers(200, typeof(CheckoutOrchestration), Naming.Camel)]
    [Answers(404, "There is no such order")]
    public async Task<IResult> GetCheckoutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/checkout/orchestrations/{orderId}")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        AnswerFrom(await checkouts.ReadAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken));

    [Function("GetCheckoutAlias")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("The checkout of an order, under the storefront's path", Tag = "Checkout")]
    [Answers(200, typeof(CheckoutOrchestration), Naming.Camel)]
    [Answers(404, "There is no such order")]
    public async Task<IResult> GetCheckoutAliasAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/checkout/orchestrations/{orderId}")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        AnswerFrom(await checkouts.ReadAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken));

    [Function("ReportCheckoutEvent")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("Change the stage of a checkout; only the changes of the transition table are accepted", Tag = "Checkout")]
    [JsonBody(typeof(CheckoutUpdate), Example =
        """{"stage":"payment","status":"waiting","note":"Card declined","nextActionAt":"2026-03-02T10:00:00Z","metadataPatch":{"source":"storefront"}}""")]
    [Answers(200, typeof(CheckoutOrchestration), Naming.Camel)]
    [Answers(404, "There is no such order")]
    [Answers(409, "The current stage does not allow this change, or the checkout has changed since")]
    public async Task<IResult> ReportCheckoutEventAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/checkout/orchestrations/{orderId}/events")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken)
    {
        var order = RouteInput.Guid(orderId, "order_id");
        var update = await request.ReadAsync(CheckoutUpdate.Read, cancellationToken);
        return AnswerFrom(await checkouts.UpdateAsync(order, update, cancellationToken));
    }

    [Function("ResumeCheckout")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [Operation("The checkout of a resume link. The visit is recorded for the report on recovered revenue", Tag = "Checkout")]
    [JsonBody(typeof(ResumeCheckoutCommand), Example = """{"token":"MTIz.NDU2"}""")]
    [Answers(200, typeof(CheckoutOrchestration), Naming.Camel)]
    [Answers(404, "The link is not valid, has expired, or its checkout no longer exists")]
    public async Task<IResult> ResumeCheckoutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/checkout/resume")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(ResumeCheckoutCommand.Read, cancellationToken);
        return AnswerFrom(await resume.ResumeAsync(command.Token, cancellationToken));
    }

    [Function("GetRecoveryReport")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Revenue of recovered checkouts; only orders whose resume link was followed count", Tag = "Operators")]
    [Query(typeof(RecoveryReportQuery))]
    [QueryParameter("days", "How far back, 1 to 365, default 30")]
    [Answers(200, typeof(CheckoutRecoveryReport), Naming.Snake)]
    public async Task<IResult> GetRecoveryReportAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/recovery/checkout/report")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(RecoveryReportQuery.Read);
        return Answer.Snake(await figures.ReportAsync(query.Days, cancellationToken));
    }

    private static IResult AnswerFrom(CheckoutOutcome outcome) => outcome switch
    {
        CheckoutOutcome.Known known => Answer.Camel(known.Checkout),
        CheckoutOutcome.Refused refused => Answer.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}

/// <param name="Token">From the link of a recovery prompt.</param>
public sealed record ResumeCheckoutCommand(string Token)
{
    public static ResumeCheckoutCommand Read(Fields fields) => new(fields.RequiredText("token", 1, 2048));
}

/// <param name="Days">How far back, 1 to 365, default 30.</param>
public sealed record RecoveryReportQuery(int Days)
{
    public static RecoveryReportQuery Read(Fields fields) => new(fields.Integer("days", 1, 365) ?? 30);
}
