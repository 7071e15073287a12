namespace Smplat.Core.Platform.Observability;

/// <summary>How log lines look on the console.</summary>
public enum LogFormat
{
    Json,
    Text,
}
