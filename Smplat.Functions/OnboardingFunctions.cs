using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The onboarding journey of an order: tasks, artifacts, referral, events.</summary>
public sealed class OnboardingFunctions(JourneyOperations journeys, TaskToggle toggle, ArtifactOperations artifacts, OnboardingEventIntake events)
{
    [Function("StartOnboarding")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("Start the checklist of an order, or add data to it", Tag = "Onboarding")]
    [JsonBody(typeof(StartJourney), Example =
        """{"referralCode":"FRIEND10","platformContexts":[{"id":"ig-1","label":"Instagram","handle":"@studio","platformType":"instagram"}]}""")]
    [Answers(200, typeof(JourneyAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> StartOnboardingAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/orders/{orderId}/onboarding")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        (await journeys.StartAsync(
            RouteInput.Guid(orderId, "order_id"), await request.ReadAsync(StartJourney.Read, cancellationToken), cancellationToken))
            .Answered(journey => Answer.Snake(JourneyAnswer.From(journey)));

    [Function("GetOnboarding")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("The checklist of an order", Tag = "Onboarding")]
    [Answers(200, typeof(JourneyAnswer), Naming.Snake)]
    [Answers(404, "The order has no journey")]
    public async Task<IResult> GetOnboardingAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/orders/{orderId}/onboarding")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        (await journeys.FindAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken))
            .Answered(journey => Answer.Snake(JourneyAnswer.From(journey)));

    /// <summary>The same checklist under the storefront's path.</summary>
    [Function("GetStorefrontJourney")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("The checklist of an order, under the storefront's path", Tag = "Onboarding")]
    [Answers(200, typeof(JourneyAnswer), Naming.Snake)]
    [Answers(404, "The order has no journey")]
    public async Task<IResult> GetStorefrontJourneyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/onboarding/journeys/{orderId}")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        (await journeys.FindAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken))
            .Answered(journey => Answer.Snake(JourneyAnswer.From(journey)));

    [Function("ToggleOnboardingTask")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("Complete or reopen a task; repeating it changes nothing", Tag = "Onboarding")]
    [JsonBody(typeof(ToggleTask), Example = """{"completed":true,"actor":"client"}""")]
    [Answers(200, typeof(TaskAnswer), Naming.Snake)]
    [Answers(404, "No such journey or task")]
    public async Task<IResult> ToggleOnboardingTaskAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/v1/orders/{orderId}/onboarding/tasks/{taskId}")] HttpRequest request,
        string orderId,
        string taskId,
        CancellationToken cancellationToken)
    {
        var wanted = await request.ReadAsync(ToggleTask.Read, cancellationToken);
        var outcome = await toggle.ToggleAsync(
            RouteInput.Guid(orderId, "order_id"), RouteInput.Guid(taskId, "task_id"), wanted.Completed, wanted.Actor, cancellationToken);
        return outcome.Answered(task => Answer.Snake(TaskAnswer.From(task)));
    }

    [Function("AddOnboardingArtifact")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("Add an artifact that the client must provide, or provides now", Tag = "Onboarding")]
    [JsonBody(typeof(AddArtifact), Example = """{"label":"Logo","url":"https://files.example/logo.svg"}""")]
    [Answers(201, typeof(ArtifactAnswer), Naming.Snake)]
    [Answers(404, "No such order or task")]
    public async Task<IResult> AddOnboardingArtifactAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/orders/{orderId}/onboarding/artifacts")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        (await artifacts.AddAsync(
            RouteInput.Guid(orderId, "order_id"), await request.ReadAsync(AddArtifact.Read, cancellationToken), cancellationToken))
            .Answered(artifact => Answer.Snake(ArtifactAnswer.From(artifact), StatusCodes.Status201Created));

    [Function("ReceiveOnboardingArtifact")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("Mark an artifact as received; repeating it changes nothing", Tag = "Onboarding")]
    [JsonBody(typeof(ReceiveArtifactBody), Example = """{"url":"https://files.example/logo.svg"}""")]
    [Answers(200, typeof(ArtifactAnswer), Naming.Snake)]
    [Answers(404, "No such journey or artifact")]
    public async Task<IResult> ReceiveOnboardingArtifactAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/v1/orders/{orderId}/onboarding/artifacts/{artifactId}")] HttpRequest request,
        string orderId,
        string artifactId,
        CancellationToken cancellationToken) =>
        (await artifacts.ReceiveAsync(
            RouteInput.Guid(orderId, "order_id"),
            RouteInput.Guid(artifactId, "artifact_id"),
            (await request.ReadAsync(ReceiveArtifactBody.Read, cancellationToken)).Url,
            cancellationToken))
            .Answered(artifact => Answer.Snake(ArtifactAnswer.From(artifact)));

    [Function("CopyReferral")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("Record that the client copied a referral code", Tag = "Onboarding")]
    [JsonBody(typeof(CopyReferralBody), Example = """{"referral_code":"FRIEND10"}""")]
    [Answers(202, typeof(OnboardingStatusAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> CopyReferralAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/orders/{orderId}/onboarding/referral")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        (await journeys.CopyReferralAsync(
            RouteInput.Guid(orderId, "order_id"),
            (await request.ReadAsync(CopyReferralBody.Read, cancellationToken)).ReferralCode,
            cancellationToken))
            .Answered(_ => Answer.Snake(new OnboardingStatusAnswer("accepted"), StatusCodes.Status202Accepted));

    [Function("RecordPricingExperiments")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("Record which variants of pricing experiments a client was shown", Tag = "Onboarding")]
    [JsonBody(typeof(PricingExperimentsBody), Example = """{"experiments":[{"slug":"spring-price","variantKey":"b","isControl":false}]}""")]
    [Answers(202, typeof(OnboardingStatusAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> RecordPricingExperimentsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/orders/{orderId}/onboarding/pricing-experiments")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken)
    {
        var segments = (await request.ReadAsync(PricingExperimentsBody.Read, cancellationToken)).Experiments;
        var outcome = await journeys.RecordSegmentsAsync(RouteInput.Guid(orderId, "order_id"), segments, cancellationToken);
        return outcome.Answered(_ => Answer.Snake(new OnboardingStatusAnswer("accepted"), StatusCodes.Status202Accepted));
    }

    [Function("RecordOnboardingEvent")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [Operation("Receive an onboarding event and update the journey", Tag = "Onboarding")]
    [JsonBody(typeof(OnboardingEvent), Example =
        """{"eventType":"referral_copied","orderId":"00000000-0000-4000-8000-000000000000","referralCode":"FRIEND10"}""")]
    [Answers(200, typeof(OnboardingEventAnswer), Naming.Snake)]
    [Answers(400, "A member that the type needs is missing, or the type is unknown")]
    [Answers(404, "No such order, journey or task")]
    public async Task<IResult> RecordOnboardingEventAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/analytics/onboarding-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        (await events.TakeAsync(await request.ReadAsync(OnboardingEvent.Read, cancellationToken), cancellationToken))
            .Answered(receipt => Answer.Snake(OnboardingEventAnswer.From(receipt)));

    /// <summary>The same route under the storefront's path.</summary>
    [Function("RecordStorefrontOnboardingEvent")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [Operation("Receive an onboarding event and update the journey", Tag = "Onboarding")]
    [JsonBody(typeof(OnboardingEvent), Example =
        """{"eventType":"referral_copied","orderId":"00000000-0000-4000-8000-000000000000","referralCode":"FRIEND10"}""")]
    [Answers(200, typeof(OnboardingEventAnswer), Naming.Snake)]
    [Answers(400, "A member that the type needs is missing, or the type is unknown")]
    [Answers(404, "No such order, journey or task")]
    public async Task<IResult> RecordStorefrontOnboardingEventAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/analytics/onboarding-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        (await events.TakeAsync(await request.ReadAsync(OnboardingEvent.Read, cancellationToken), cancellationToken))
            .Answered(receipt => Answer.Snake(OnboardingEventAnswer.From(receipt)));
}

public sealed record CopyReferralBody(string ReferralCode)
{
    public static CopyReferralBody Read(Fields fields) => new(fields.RequiredText("referral_code", max: 255));
}

public sealed record ReceiveArtifactBody(string? Url)
{
    public static ReceiveArtifactBody Read(Fields fields) => new(AddArtifact.ReadUrl(fields));
}

public sealed record PricingExperimentsBody(IReadOnlyList<PricingSegment> Experiments)
{
    private const int MaxExperiments = 100;

    public static PricingExperimentsBody Read(Fields fields) =>
        new([.. fields.List("experiments", MaxExperiments, 1).Select(PricingSegment.Read)]);
}

/// <summary>A journey as clients read it.</summary>
public sealed record JourneyAnswer
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required string Status { get; init; }

    public required decimal ProgressPercentage { get; init; }

    public required string? CurrentStep { get; init; }

    public required string? ReferralCode { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    public required IReadOnlyList<TaskAnswer> Tasks { get; init; }

    public required IReadOnlyList<ArtifactAnswer> Artifacts { get; init; }

    public static JourneyAnswer From(Journey journey) => new()
    {
        Id = journey.Id,
        OrderId = journey.OrderId,
        Status = journey.Status,
        ProgressPercentage = journey.ProgressPercentage,
        CurrentStep = journey.CurrentStep,
        ReferralCode = journey.ReferralCode,
        StartedAt = journey.StartedAt,
        CompletedAt = journey.CompletedAt,
        Tasks = [.. journey.Tasks.Select(TaskAnswer.From)],
        Artifacts = [.. journey.Artifacts.Select(ArtifactAnswer.From)],
    };
}

/// <summary>A task as clients read it.</summary>
public sealed record TaskAnswer(
    Guid Id,
    string Slug,
    string Title,
    string? Description,
    string Status,
    int SortOrder,
    DateTimeOffset? DueAt,
    DateTimeOffset? CompletedAt)
{
    public static TaskAnswer From(JourneyTask task) =>
        new(task.Id, task.Slug, task.Title, task.Description, task.Status, task.SortOrder, task.DueAt, task.CompletedAt);
}

/// <summary>An artifact as clients read it.</summary>
public sealed record ArtifactAnswer(Guid Id, Guid? TaskId, string Label, string? Url, bool Required, DateTimeOffset? ReceivedAt)
{
    public static ArtifactAnswer From(JourneyArtifact artifact) =>
        new(artifact.Id, artifact.TaskId, artifact.Label, artifact.Url, artifact.Required, artifact.ReceivedAt);
}

/// <summary>The request was accepted; there is nothing else to return.</summary>
public sealed record OnboardingStatusAnswer(string Status);

/// <summary>The answer to an onboarding event; <c>journey</c> and <c>task</c> come with the events that change them.</summary>
public sealed record OnboardingEventAnswer(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JourneyAnswer? Journey,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaskAnswer? Task)
{
    public static OnboardingEventAnswer From(OnboardingEventReceipt receipt) => new(
        receipt.Status,
        receipt.Journey is null ? null : JourneyAnswer.From(receipt.Journey),
        receipt.Task is null ? null : TaskAnswer.From(receipt.Task));
}

internal static class OnboardingAnswers
{
    /// <summary>The answer built from the result, or the refusal.</summary>
    public static IResult Answered<T>(this OnboardingOutcome<T> outcome, Func<T, IResult> answer) => outcome switch
    {
        OnboardingOutcome<T>.Done done => answer(done.Value),
        OnboardingOutcome<T>.Refused refused => Answer.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}
