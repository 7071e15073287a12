namespace Smplat.Core.Platform.Jobs;

/// <summary>One attempt of one run.</summary>
/// <param name="Id">The run; the same for all its attempts.</param>
/// <param name="TriggeredBy"><c>timer</c>, <c>manual</c> or the label that an operator gave.</param>
/// <param name="Attempt">1 for the first.</param>
public sealed record JobRun(Guid Id, string TriggeredBy, int Attempt, DateTimeOffset StartedAt)
{
    public const string Timer = "timer";
}
