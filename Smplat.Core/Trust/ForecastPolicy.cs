using System.Runtime.InteropServices;

namespace Smplat.Core.Trust;

/// <summary>When a product's queue is worked off, given its shifts and its history.</summary>
public static class ForecastPolicy
{
    public const string NoStaffing = "no_staffing_capacity";
    public const string InsufficientHistory = "insufficient_history";

    public static SkuForecast Forecast(string sku, SkuFacts facts, DateTimeOffset now)
    {
        var durations = CollectionsMarshal.AsSpan(facts.Durations);
        durations.Sort();
        double? average = durations.IsEmpty ? null : Sum(durations) / durations.Length;
        StaffingShift[] shifts =
        [
            .. facts.Shifts.OrderBy(shift => shift.StartsAt).ThenBy(shift => shift.EndsAt).ThenBy(shift => shift.HourlyCapacity),
        ];
        var (windows, clearAt) = Walk(facts.BacklogTasks, shifts);
        var capacity = shifts.Sum(shift => shift.CapacityTasks);
        return new(
            sku,
            facts.BacklogTasks,
            durations.Length,
            average,
            PercentileBands.Of(durations),
            windows,
            Estimate(facts.BacklogTasks, clearAt, capacity, shifts.Sum(shift => shift.Hours), average, now),
            Reason(facts.BacklogTasks, capacity, average));
    }

    private static (List<ShiftWindow> Windows, DateTimeOffset? ClearAt) Walk(long backlog, StaffingShift[] shifts)
    {
        var windows = new List<ShiftWindow>(shifts.Length);
        DateTimeOffset? clearAt = null;
        var remaining = backlog;
        foreach (var shift in shifts)
        {
            var capacity = shift.CapacityTasks;
            var projected = capacity > 0 ? Math.Min(remaining, capacity) : 0;
            if (clearAt is null && projected > 0 && projected == remaining)
            {
                clearAt = shift.StartsAt.AddHours((double)remaining / shift.HourlyCapacity);
            }

            var after = Math.Max(0, remaining - projected);
            windows.Add(new(shift.StartsAt, shift.EndsAt, shift.HourlyCapacity, capacity, remaining, projected, after));
            remaining = after;
        }

        return (windows, clearAt);
    }

    private static double? Estimate(
        long backlog, DateTimeOffset? clearAt, long capacity, double hours, double? average, DateTimeOffset now)
    {
        if (clearAt is { } clear)
        {
            return Math.Max((clear - now).TotalSeconds / 60, 0);
        }

        if (backlog > 0 && capacity > 0 && average is not null)
        {
            return backlog / (capacity / Math.Max(hours, 1e-6)) * 60;
        }

        return backlog == 0 ? 0 : null;
    }

    private static string? Reason(long backlog, long capacity, double? average) =>
        backlog > 0 && capacity == 0 ? NoStaffing
        : backlog > 0 && average is null ? InsufficientHistory
        : null;

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0d;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }
}
