namespace Smplat.Cli;

/// <summary>Arguments that fit the grammar but not each other, or not the world; the command ends with exit code 2.</summary>
public sealed class UsageException(string message) : Exception(message);
