namespace Smplat.Core.Trust;

public sealed record StaffingShift(DateTimeOffset StartsAt, DateTimeOffset EndsAt, int HourlyCapacity)
{
    /// <summary>A shift that ends before it begins has no hours.</summary>
    public double Hours => Math.Max((EndsAt - StartsAt).TotalSeconds / 3600, 0);

    /// <summary>Tasks that it can do; ties to even.</summary>
    public long CapacityTasks => HourlyCapacity == 0 ? 0 : (long)Math.Round(HourlyCapacity * Hours);
}
