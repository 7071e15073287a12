namespace Smplat.Core.Fulfillment;

/// <summary>A run that could not go on, with what it had done until then.</summary>
public sealed class DrainFailedException(Exception cause, DrainReport report) : Exception(cause.Message, cause)
{
    public DrainReport Report { get; } = report;
}
