using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

public sealed record JourneyOrderNotFound() : NotFound("onboarding.unknown_order", "Order not found");

public sealed record JourneyNotFound() : NotFound("onboarding.journey_not_found", "Journey not found");

public sealed record JourneyMissing(Guid OrderId)
    : NotFound("onboarding.journey_missing", $"Onboarding journey missing for order {OrderId}");

public sealed record UnknownOrderTask(Guid TaskId, Guid OrderId)
    : NotFound("onboarding.task_not_found", $"Task {TaskId} not found for order {OrderId}");

public sealed record TaskNotFound() : NotFound("onboarding.task_not_found", "Task not found");

public sealed record ArtifactNotFound() : NotFound("onboarding.artifact_not_found", "Artifact not found");

public sealed record UnsupportedChannel() : Invalid("onboarding.unsupported_channel", "Unsupported channel");

public sealed record EventTypeMissing() : Invalid("onboarding.event_type_missing", "eventType is required");

public sealed record UnsupportedEventType(string EventType)
    : Invalid("onboarding.unsupported_event_type", $"Unsupported eventType: {EventType}");

public sealed record MemberMissing(string Member) : Invalid("onboarding.member_missing", $"{Member} is required");

public sealed record NoValidExperiment()
    : Invalid("onboarding.no_valid_experiment", "experiments must hold at least one entry with slug and variantKey");

public sealed record OrderMissingForJourney() : NotFound("onboarding.order_missing", "Order missing for journey");
