using System.Text.Json;

namespace Smplat.Core.Platform.Input;

/// <summary>What one run of a reader over one object asked for.</summary>
internal sealed class InputRecording(JsonElement probe)
{
    private readonly OrderedDictionary<string, InputMember> _members = [];
    private readonly Dictionary<string, InputRecording> _children = [];
    private readonly List<IReadOnlyList<string>> _anyRequired = [];
    private string? _name;
    private bool _isOpen;

    /// <summary>Notes a member; asked for again, the first note stands.</summary>
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
