using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Operator tools: the incident banner, feature switches and the review of API keys.</summary>
public sealed class OperatorFunctions(BannerOperations banners, FeatureSwitches switches, KeyRing keys, KeyReview review)
{
    [Function("GetBanner")]
    [RequireKey(KeyScope.Operator)]
    [Operation("The incident banner, if there is one", Tag = "Operators")]
    [Answers(200, typeof(BannerAnswer), Naming.Snake)]
    public async Task<IResult> GetBannerAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/banner")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(new BannerAnswer(await banners.ReadAsync(cancellationToken)));

    [Function("SetBanner")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Put up the incident banner", Tag = "Operators")]
    [JsonBody(typeof(IncidentBanner), Example =
        """{"message":"Kroger is slow; quotes come from the others","severity":"warning","set_by":"on-call"}""")]
    [Answers(200, typeof(BannerAnswer), Naming.Snake)]
    public async Task<IResult> SetBannerAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/v1/operators/banner")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var banner = await request.ReadAsync(IncidentBanner.Read, cancellationToken);
        return Answer.Snake(new BannerAnswer(await banners.SetAsync(banner, cancellationToken)));
    }

    [Function("ClearBanner")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Take down the incident banner; doing it twice changes nothing", Tag = "Operators")]
    [Query(typeof(OperatorFunctions), nameof(ReadClearBannerQuery))]
    [QueryParameter("actor", "Who takes it down; defaults to the name of the key")]
    [QueryParameter("reason", "Why it ended")]
    [Answers(204, "There is no banner")]
    public async Task<IResult> ClearBannerAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/v1/operators/banner")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = request.ReadQuery(ReadClearBannerQuery);
        await banners.ClearAsync(
            new ClearBanner(command.Actor ?? request.HttpContext.Caller().Key?.Name ?? "local", command.Reason), cancellationToken);
        return Answer.Empty();
    }

    [Function("ListSwitches")]
    [RequireKey(KeyScope.Operator)]
    [Operation("All switches as this instance reads them", Tag = "Operators")]
    [Answers(200, typeof(SwitchesAnswer), Naming.Snake)]
    public Task<IResult> ListSwitchesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/flags")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Snake(new SwitchesAnswer(switches.Read())));

    [Function("ReviewKeys")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Access review: the use of every key, and refused requests", Tag = "Operators")]
    [Query(typeof(ReviewKeysQuery))]
    [QueryParameter("unused_days", "Days without use after which a key counts as unused, 1 to 400, default 30")]
    [Answers(200, typeof(KeyReviewReport), Naming.Snake)]
    public async Task<IResult> ReviewKeysAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/keys/review")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ReviewKeysQuery.Read);
        return Answer.Snake(await review.RunAsync([.. keys.Held.Select(ToConfigured)], query.UnusedDays, cancellationToken));
    }

    private static (string? Actor, string? Reason) ReadClearBannerQuery(Fields fields) =>
        (fields.Text("actor", 1, 100), fields.Text("reason", 1, 500));

    private static ConfiguredKey ToConfigured(KeyMatch key) => new(
        key.Name, key.Setting, key.Fingerprint, [.. key.Scopes.Select(scope => scope.ToString().ToLowerInvariant())]);
}

/// <summary>The incident banner.</summary>
/// <param name="Banner">Null while none is up.</param>
public sealed record BannerAnswer(IncidentBanner? Banner);

/// <summary>Switches by the name of their setting.</summary>
public sealed record SwitchesAnswer(IReadOnlyList<FeatureSwitch> Flags);

/// <param name="UnusedDays">1 to 400, default 30.</param>
public sealed record ReviewKeysQuery(int UnusedDays)
{
    public static ReviewKeysQuery Read(Fields fields) => new(fields.Integer("unused_days", 1, KeyReview.MaxDays) ?? 30);
}
