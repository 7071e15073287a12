namespace Smplat.Core.Observability;

/// <summary>How log lines look on the console.</summary>
public enum LogFormat
{
    Json,
    Text,
}
