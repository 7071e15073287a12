namespace Smplat.LocalHost;

/// <summary>Tells the person at the terminal what the start is doing.</summary>
public interface IStartupConsole
{
    /// <summary>A plain line.</summary>
    void Line(string text);

    /// <summary>Announces a step that takes time, such as "Postgres".</summary>
    IStartupStep Step(string what);
}

/// <summary>
/// A step of the start that is under way. Disposing it writes "Postgres ready in 0.8 s", unless it failed.
/// </summary>
public interface IStartupStep : IDisposable
{
    /// <summary>Says what the step is doing, or what it found.</summary>
    void Note(string text);

    /// <summary>Ends the step as failed, so that it does not report itself ready.</summary>
    void Fail(string why);
}
