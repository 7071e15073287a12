namespace Smplat.Core.Trust;

public sealed record OnTimeFacts(
    long DueTasks, long OnTimeTasks, long CompletedDueTasks, long CompletedOnTimeTasks, DateTimeOffset? NewestAt);

public sealed record ResponseFacts(long Responses, decimal ResponseUs, DateTimeOffset? NewestAt);

public sealed record ScoreFacts(
    long Scores, double? MeanScore, long Ratings, long Promoters, long Detractors, DateTimeOffset? NewestAt);

public sealed record BacklogFacts(long OutstandingTasks, long OverdueTasks, decimal OverdueUs)
{
    public double OverdueMinutes => (double)OverdueUs / FactUnits.MicrosecondsPerMinute;
}

public sealed record CoverageFacts(long ScheduledTasks, long CompletedTasks);
