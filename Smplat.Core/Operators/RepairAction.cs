namespace Smplat.Core.Operators;

/// <summary>What a plan may do about an item.</summary>
public static class RepairAction
{
    /// <summary>Nothing; a person must look first.</summary>
    public const string Leave = "leave";

    /// <summary>Send the message on its way again.</summary>
    public const string Redrive = "redrive";

    /// <summary>Bring the checkout to where its paid order is.</summary>
    public const string FollowOrder = "follow_order";

    /// <summary>Give the hosted session a next attempt now.</summary>
    public const string Schedule = "schedule";

    public static readonly string[] All = [Leave, Redrive, FollowOrder, Schedule];
}
