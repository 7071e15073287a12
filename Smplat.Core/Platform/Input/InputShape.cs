using System.Text.Json;

namespace Smplat.Core.Platform.Input;

/// <summary>The JSON types that readers tell apart.</summary>
public enum InputKind
{
    /// <summary>Any JSON value.</summary>
    Any,
    Text,
    Integer,
    Number,
    Flag,
    Guid,

    /// <summary>A moment in ISO 8601.</summary>
    Instant,
    Object,
    List,
}

/// <summary>
/// What a reader takes: its members with their types and limits. Readers that go through <see cref="Fields"/> are recorded
/// while they read (<see cref="Record"/>), so the API document cannot say anything else than what is read; the few that
/// read the bytes themselves state their shape beside the code, and the same tests hold both to it.
/// </summary>
public sealed record InputShape(InputKind Kind)
{
    /// <summary>Under which the document lists the shape; null for one that is described where it is used.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>Smallest number; null for no limit.</summary>
    public decimal? Min { get; init; }

    /// <summary>Largest number; null for no limit.</summary>
    public decimal? Max { get; init; }

    /// <summary>Fewest characters of a text, or entries of a list.</summary>
    public int? MinLength { get; init; }

    /// <summary>Most characters of a text, or entries of a list.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The words of a closed list; empty when the text is free.</summary>
    public IReadOnlyCollection<string> Values { get; init; } = [];

    /// <summary>A format of JSON Schema, such as <c>email</c>.</summary>
    public string? Format { get; init; }

    /// <summary>A regular expression of JSON Schema.</summary>
    public string? Pattern { get; init; }

    /// <summary>Entries of a list.</summary>
    public InputShape? Entry { get; init; }

    /// <summary>Members of an object, in the order in which they are read.</summary>
    public IReadOnlyList<InputMember> Members { get; init; } = [];

    /// <summary>Whether other members are kept, rather than ignored.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Groups of members of which each must be there with at least one.</summary>
    public IReadOnlyList<IReadOnlyList<string>> AnyRequired { get; init; } = [];

    /// <summary>Members that are required while another one has a certain value, or while it has not.</summary>
    public IReadOnlyList<InputCondition> Conditions { get; init; } = [];

    /// <summary>Several shapes of which one must hold; the other properties are then those of none.</summary>
    public IReadOnlyList<InputShape> Alternatives { get; init; } = [];

    public static InputShape AnyOf(params IReadOnlyList<InputShape> alternatives) =>
        new(InputKind.Any) { Alternatives = alternatives };

    public static InputShape ListOf(InputShape entry, int min, int? max) =>
        new(InputKind.List) { Entry = entry, MinLength = min, MaxLength = max };

    public static InputShape ObjectOf(string? name, params IReadOnlyList<InputMember> members) =>
        new(InputKind.Object) { Name = name, Members = members };

    public static InputShape Text(int? min = null, int? max = null, string? pattern = null) =>
        new(InputKind.Text) { MinLength = min, MaxLength = max, Pattern = pattern };

    public static InputShape Words(params IReadOnlyCollection<string> values) => new(InputKind.Text) { Values = values };

    public static InputShape Number(decimal? min = null, decimal? max = null) => new(InputKind.Number) { Min = min, Max = max };

    public static InputShape Integer(decimal? min = null, decimal? max = null) => new(InputKind.Integer) { Min = min, Max = max };

    /// <summary>Runs a reader over an empty object, and over each probe, and notes what it asks for.</summary>
    /// <param name="name">Under which the document lists the shape.</param>
    /// <param name="read">The reader. What it makes of a probe does not matter; it must not throw.</param>
    /// <param name="probes">
    /// Objects for readers that read more, or require less, when a member has a certain value: the members of a probe
    /// are the condition.
    /// </param>
    public static InputShape Record(string name, Action<Fields> read, IEnumerable<string> probes)
    {
        var recordings = new List<InputRecording>();
        foreach (var probe in probes.Prepend("{}"))
        {
            using var document = JsonDocument.Parse(probe);
            var element = document.RootElement.Clone();
            var recording = new InputRecording(element);
            read(Fields.Recorded(element, recording));
            recordings.Add(recording);
        }

        return InputRecording.Merge(name, recordings);
    }
}

/// <summary>A member that a reader asks for.</summary>
public sealed record InputMember(string Name, InputShape Shape)
{
    /// <summary>Other names under which it is read as well.</summary>
    public IReadOnlyList<string> Also { get; init; } = [];

    public bool IsRequired { get; init; }

    /// <summary>Null counts as left out; true for all optional members except where the reader refuses it.</summary>
    public bool IsNullable { get; init; } = true;

    /// <summary>What is unusable is ignored instead of refused.</summary>
    public bool IsLenient { get; init; }

    /// <summary>Read only with certain values of other members, and not looked at without them.</summary>
    public bool IsConditional { get; init; }

    public string? Description { get; init; }
}

/// <param name="Members">What must be equal, each as JSON.</param>
/// <param name="Then">Required while it is.</param>
/// <param name="ThenAny">Groups of which one member is required while it is.</param>
/// <param name="Otherwise">Required while it is not.</param>
public sealed record InputCondition(
    IReadOnlyDictionary<string, JsonElement> Members,
    IReadOnlyList<string> Then,
    IReadOnlyList<IReadOnlyList<string>> ThenAny,
    IReadOnlyList<string> Otherwise);
