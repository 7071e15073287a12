namespace Smplat.Functions.Commerce;

/// <param name="Recorded">False when the order had been reported before.</param>
public sealed record RecordOutcomeAnswer(bool Success, bool Recorded, string Message)
{
    public static RecordOutcomeAnswer From(bool isRecorded) =>
        new(true, isRecorded, isRecorded ? "The outcome is recorded." : "The outcome was recorded before.");
}
