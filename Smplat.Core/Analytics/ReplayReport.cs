namespace Smplat.Core.Analytics;

/// <summary>What a replay did.</summary>
/// <param name="Stored">Now stored, or found to be stored already.</param>
/// <param name="RefusedByDatabase">Passed the rules but not the database; they wait on.</param>
/// <param name="RefusedAgain">Still break a rule, or were too large to keep; they wait on.</param>
public sealed record ReplayReport(int Tried, int Stored, int RefusedByDatabase, int RefusedAgain)
{
    public static ReplayReport operator +(ReplayReport left, ReplayReport right) => new(
        left.Tried + right.Tried,
        left.Stored + right.Stored,
        left.RefusedByDatabase + right.RefusedByDatabase,
        left.RefusedAgain + right.RefusedAgain);
}
