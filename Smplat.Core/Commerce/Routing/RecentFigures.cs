namespace Smplat.Core.Commerce.Routing;

/// <summary>How the router, one provider, or confirming has gone lately.</summary>
/// <param name="Subject">A provider's wire name, <see cref="Router"/> or <see cref="Confirm"/>.</param>
internal sealed record RecentFigures(string Subject, long Calls, long Failures, double? P50Ms, double? P95Ms)
{
    public const string Router = "";

    public const string Confirm = "confirm";

    public double FailureRate => Calls == 0 ? 0 : (double)Failures / Calls;
}
