using System.Text.Json;

namespace Smplat.Cli.Commands.Smoke;

/// <summary>Checks in the order in which they pass; the first that does not ends the run.</summary>
/// <param name="isQuiet">Prints nothing: what passed is read from here afterwards.</param>
public sealed class SmokeReport(bool isQuiet)
{
    private readonly List<string> _passed = [];

    public IReadOnlyList<string> Passed => _passed;

    /// <exception cref="SmokeFailedException">It does not hold.</exception>
    public void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new SmokeFailedException(what);
        }

        _passed.Add(what);
        if (!isQuiet)
        {
            Console.WriteLine($"[smoke] ok {what}");
        }
    }

    /// <exception cref="SmokeFailedException">A member is missing.</exception>
    public void HasMembers(JsonElement answer, string what, params string[] members)
    {
        var missing = members.Where(member => answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty(member, out _)).ToArray();
        Check(missing.Length == 0, missing.Length == 0 ? $"{what} has {string.Join(", ", members)}" : $"{what} lacks {string.Join(", ", missing)}");
    }
}

/// <summary>A check that does not hold; its text says which.</summary>
public sealed class SmokeFailedException(string message) : Exception(message);
