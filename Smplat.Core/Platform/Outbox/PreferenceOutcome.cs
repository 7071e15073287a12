using Smplat.Core.Platform.Input;

namespace Smplat.Core.Platform.Outbox;

/// <summary>How a question about a person's preferences ended.</summary>
public abstract record PreferenceOutcome
{
    private PreferenceOutcome()
    {
    }

    public sealed record Known(NotificationPreferences Preferences) : PreferenceOutcome;

    public sealed record Refused(Refusal Refusal) : PreferenceOutcome;
}

/// <summary>The person does not exist.</summary>
public sealed record UnknownPerson(Guid UserId) : NotFound("notifications.unknown_user", "User not found");
