using System.Text.Json;

namespace Smplat.Core.Platform.Input;

/// <summary>The JSON types that readers distinguish.</summary>
public enum InputKind
{
    /// <summary>Any JSON value.</summary>
    Any,
    Text,
    Integer,
    Number,
    Flag,
    Guid,

    /// <summary>A date and time in ISO 8601.</summary>
    Instant,
    Object,
    List,
}

/// <summary>
/// The input that a reader accepts: its members with their types and limits. Readers that use <see cref="Fields"/> are recorded
/// while they read (<see cref="Record"/>), so the API document always describes what is really read. The few that read the
/// bytes themselves declare their shape beside the code, and the same tests check both.
/// </summary>
public sealed record InputShape(InputKind Kind)
{
    /// <summary>Name of the shape in the API document; null for a shape that is described where it is used.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>Smallest number; null for no limit.</summary>
    public decimal? Min { get; init; }

    /// <summary>Largest number; null for no limit.</summary>
    public decimal? Max { get; init; }

    /// <summary>Minimum number of characters of a string, or of entries of a list.</summary>
    public int? MinLength { get; init; }

    /// <summary>Maximum number of characters of a string, or of entries of a list.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The allowed values; empty when any string is allowed.</summary>
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

    /// <summary>Groups of members; at least one member of each group is required.</summary>
    public IReadOnlyList<IReadOnlyList<string>> AnyRequired { get; init; } = [];

    /// <summary>Members that are required when another member has, or does not have, a certain value.</summary>
    public IReadOnlyList<InputCondition> Conditions { get; init; } = [];

    /// <summary>Alternative shapes, one of which must match; the other properties are then unused.</summary>
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

    /// <summary>Runs a reader on an empty object and on each probe, and records which members it reads.</summary>
    /// <param name="name">Name of the shape in the API document.</param>
    /// <param name="read">The reader. Its result does not matter; it must not throw.</param>
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

/// <summary>A member that a reader reads.</summary>
public sealed record InputMember(string Name, InputShape Shape)
{
    /// <summary>Other accepted names of the member.</summary>
    public IReadOnlyList<string> Also { get; init; } = [];

    public bool IsRequired { get; init; }

    /// <summary>Null counts as absent; true for all optional members except where the reader rejects it.</summary>
    public bool IsNullable { get; init; } = true;

    /// <summary>Invalid values are ignored instead of rejected.</summary>
    public bool IsLenient { get; init; }

    /// <summary>Read only when other members have certain values, and otherwise ignored.</summary>
    public bool IsConditional { get; init; }

    public string? Description { get; init; }
}

/// <summary>Members that are required depending on the values of others.</summary>
/// <param name="Members">The condition: members and the JSON values they must have.</param>
/// <param name="Then">Members that are required when the condition holds.</param>
/// <param name="ThenAny">Groups of which one member is required when the condition holds.</param>
/// <param name="Otherwise">Members that are required when the condition does not hold.</param>
public sealed record InputCondition(
    IReadOnlyDictionary<string, JsonElement> Members,
    IReadOnlyList<string> Then,
    IReadOnlyList<IReadOnlyList<string>> ThenAny,
    IReadOnlyList<string> Otherwise);

/// <summary>Records which members one run of a reader read from one object.</summary>
internal sealed class InputRecording(JsonElement probe)
{
    private readonly OrderedDictionary<string, InputMember> _members = [];
    private readonly Dictionary<string, InputRecording> _children = [];
    private readonly List<IReadOnlyList<string>> _anyRequired = [];
    private string? _name;
    private bool _isOpen;

    /// <summary>Records a member; if it is read again, the first record is kept.</summary>
    public void Note(string name, string? also, InputShape shape) =>
        _members.TryAdd(name, new InputMember(name, shape) { Also = also is null ? [] : [also] });

    public void Change(string name, Func<InputMember, InputMember> change)
    {
        if (_members.TryGetValue(name, out var member))
        {
            _members[name] = change(member);
        }
    }

    public void Require(string name) => Change(name, member => member with { IsRequired = true, IsNullable = false });

    public void RequireAny(IReadOnlyList<string> names) => _anyRequired.Add(names);

    public void Call(string name, bool isOpen) => (_name, _isOpen) = (name, isOpen);

    /// <summary>The recording of the object in a member, or of the entries of a list.</summary>
    public InputRecording Child(string name, JsonElement element) =>
        _children.TryGetValue(name, out var child) ? child : _children[name] = new(element);

    public static InputShape Merge(string? name, IReadOnlyList<InputRecording> recordings)
    {
        var names = recordings.SelectMany(recording => recording._members.Keys).Distinct().ToArray();
        var (plain, probed) = (recordings[0], recordings.Skip(1).ToArray());
        return new InputShape(InputKind.Object)
        {
            Name = names.Length == 0 ? null : recordings.Select(recording => recording._name).FirstOrDefault(given => given is not null) ?? name,
            Members = [.. names.Select(member => MergeMember(member, name, recordings))],
            IsOpen = names.Length == 0 || recordings.Any(recording => recording._isOpen),
            AnyRequired = [.. recordings.Where(recording => recording == plain).SelectMany(recording => recording._anyRequired)],
            Conditions = [.. probed.Select(recording => Condition(plain, recording)).OfType<InputCondition>()],
        };
    }

    private static InputMember MergeMember(string name, string? owner, IReadOnlyList<InputRecording> recordings)
    {
        var member = recordings.Select(recording => recording._members.GetValueOrDefault(name)).OfType<InputMember>().First();
        var always = recordings.All(recording => recording._members.GetValueOrDefault(name)?.IsRequired == true);
        var nullable = recordings.Any(recording => recording._members.GetValueOrDefault(name)?.IsNullable == true);
        var children = recordings.Select(recording => recording._children.GetValueOrDefault(name)).OfType<InputRecording>().ToArray();
        if (children.Length > 0)
        {
            var shape = Merge(owner + char.ToUpperInvariant(name[0]) + name[1..].TrimEnd('s'), children);
            member = member with
            {
                Shape = member.Shape.Kind == InputKind.List ? member.Shape with { Entry = shape } : shape with { Description = member.Shape.Description },
            };
        }

        return member with { IsRequired = always, IsNullable = nullable, IsConditional = !recordings[0]._members.ContainsKey(name) };
    }

    private static InputCondition? Condition(InputRecording plain, InputRecording probed)
    {
        var (usual, special) = (plain.Required().ToArray(), probed.Required().ToArray());
        var (then, otherwise) = (special.Except(usual).ToArray(), usual.Except(special).ToArray());
        IReadOnlyList<string>[] thenAny = [.. probed._anyRequired.Where(group => !plain._anyRequired.Any(group.SequenceEqual))];
        return then.Length == 0 && thenAny.Length == 0 && otherwise.Length == 0
            ? null
            : new(probed.Given(), then, thenAny, otherwise);
    }

    private IEnumerable<string> Required() => _members.Values.Where(member => member.IsRequired).Select(member => member.Name);

    private Dictionary<string, JsonElement> Given() =>
        probe.EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
}
