using System.Text.RegularExpressions;
using Mono.Cecil;
using Smplat.Core.Platform.Database;
using Smplat.Functions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Architecture;

/// <summary>
/// The compiled product as a graph: which type uses which, which method calls which, and in which source file a type
/// stands. Read from the assemblies, so that what the compiler infers counts too. A type means an outermost type; what is
/// nested in it, lambdas and state machines included, is part of it.
/// </summary>
public sealed partial class CodeGraph
{
    private readonly Dictionary<string, TypeDefinition> _types;
    private readonly Dictionary<string, string> _files;
    private readonly ILookup<string, MethodDefinition> _implementations;

    private CodeGraph()
    {
        var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        var modules = new[] { typeof(Sql).Assembly.Location, typeof(SmplatHost).Assembly.Location }
            .Select(path => ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = resolver, InMemory = true }))
            .ToArray();
        _types = modules.SelectMany(module => module.Types)
            .Where(type => type.Namespace.StartsWith("Smplat.", StringComparison.Ordinal))
            .ToDictionary(type => type.FullName);
        _files = FindFiles();
        _implementations = FindImplementations().ToLookup(pair => pair.Declared, pair => pair.Method);
    }

    /// <summary>The graph of the assemblies beside the tests; read once.</summary>
    public static CodeGraph Current { get; } = new();

    /// <summary>All types of Core and Functions that stand in a source file.</summary>
    public IEnumerable<TypeDefinition> Types => _types.Values.Where(type => FileOf(type) is not null);

    public IEnumerable<TypeDefinition> CoreTypes => Types.Where(type => type.Namespace.StartsWith("Smplat.Core", StringComparison.Ordinal));

    /// <summary>Relative to the root of the checkout; null for what the compiler or a generator adds.</summary>
    public string? FileOf(TypeDefinition type) => _files.GetValueOrDefault($"{type.Namespace}.{type.Name.Split('`')[0]}");

    /// <summary>The types of ours that a type mentions anywhere in its members and their bodies.</summary>
    public IReadOnlySet<TypeDefinition> UsesOf(TypeDefinition type)
    {
        var found = new HashSet<TypeDefinition>();
        Collect(type, found);
        found.Remove(type);
        return found;
    }

    /// <summary>
    /// Follows the calls from some methods on, through interfaces to everything that implements them, and gives the source
    /// files of all types that are used on the way.
    /// </summary>
    /// <param name="isLeftOut">Files that are neither listed nor entered.</param>
    public IReadOnlyList<string> Walk(IEnumerable<MethodDefinition> from, Predicate<string> isLeftOut)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>();
        var open = new Stack<MethodDefinition>(from);
        while (open.TryPop(out var method))
        {
            if (!seen.Add(method.FullName) || !Enter(method.DeclaringType))
            {
                continue;
            }

            foreach (var type in Signature(method).Concat(Operands(method).SelectMany(Named)).SelectMany(Mine))
            {
                Enter(type);
            }

            // The container makes it: what its constructor hands on may run too.
            foreach (var called in Called(method).Concat(method.DeclaringType.Methods.Where(other => other.IsConstructor)))
            {
                open.Push(called);
            }
        }

        return [.. files];

        bool Enter(TypeDefinition type)
        {
            var file = FileOf(Outermost(type));
            if (file is null || isLeftOut(file))
            {
                return false;
            }

            files.Add(file);
            return true;
        }
    }

    /// <summary>The method of a function, by the name that the platform knows it by.</summary>
    public MethodDefinition Function(string name) =>
        _types.Values.SelectMany(type => type.Methods).Single(method => method.CustomAttributes.Any(attribute =>
            attribute.AttributeType.Name == "FunctionAttribute" && attribute.ConstructorArguments[0].Value is string value && value == name));

    /// <summary>A method as <c>Type.Method</c>; all overloads.</summary>
    public IEnumerable<MethodDefinition> Methods(string name)
    {
        var parts = name.Split('.');
        var found = _types.Values.Where(type => type.Name == parts[0]).SelectMany(type => type.Methods).Where(method => method.Name == parts[1]).ToArray();
        return found.Length > 0 ? found : throw new InvalidOperationException($"There is no {name}.");
    }

    private static TypeDefinition Outermost(TypeDefinition type)
    {
        while (type.DeclaringType is not null)
        {
            type = type.DeclaringType;
        }

        return type;
    }

    private void Collect(TypeDefinition type, HashSet<TypeDefinition> found)
    {
        IEnumerable<TypeReference> named =
        [
            .. type.BaseType is null ? [] : new[] { type.BaseType },
            .. type.Interfaces.Select(implemented => implemented.InterfaceType),
            .. type.Fields.Select(field => field.FieldType),
            .. type.CustomAttributes.Select(attribute => attribute.AttributeType),
            .. type.GenericParameters.SelectMany(parameter => parameter.Constraints.Select(constraint => constraint.ConstraintType)),
            .. type.Methods.SelectMany(method => Signature(method).Concat(Operands(method).SelectMany(Named))),
        ];
        found.UnionWith(named.SelectMany(Mine).Select(Outermost));
        foreach (var nested in type.NestedTypes)
        {
            Collect(nested, found);
        }
    }

    private static IEnumerable<TypeReference> Signature(MethodDefinition method) =>
    [
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. method.CustomAttributes.Select(attribute => attribute.AttributeType),
        .. method.HasBody ? method.Body.Variables.Select(variable => variable.VariableType) : [],
    ];

    private static IEnumerable<object> Operands(MethodDefinition method) =>
        method.HasBody ? method.Body.Instructions.Select(instruction => instruction.Operand).Where(operand => operand is MemberReference) : [];

    private static IEnumerable<TypeReference> Named(object operand) => operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod generic => [generic.DeclaringType, generic.ReturnType, .. generic.GenericArguments],
        MethodReference method => [method.DeclaringType, method.ReturnType],
        _ => [],
    };

    /// <summary>The types of ours in a type: itself, its element, its arguments.</summary>
    private IEnumerable<TypeDefinition> Mine(TypeReference type)
    {
        if (type is GenericInstanceType generic)
        {
            foreach (var inner in generic.GenericArguments.SelectMany(Mine))
            {
                yield return inner;
            }
        }

        var element = type.GetElementType();
        if (element is not GenericParameter && !element.IsArray && FullNameOfOutermost(element) is var name && _types.TryGetValue(name, out var mine))
        {
            yield return mine;
        }
        else if (type is ArrayType array)
        {
            foreach (var inner in Mine(array.ElementType))
            {
                yield return inner;
            }
        }
    }

    private static string FullNameOfOutermost(TypeReference type)
    {
        while (type.DeclaringType is not null)
        {
            type = type.DeclaringType;
        }

        return type.FullName;
    }

    /// <summary>
    /// What a method may run: what it calls, what it makes a delegate of, the state machine that the compiler made of it, and
    /// everything that implements a member of an interface that it calls.
    /// </summary>
    private IEnumerable<MethodDefinition> Called(MethodDefinition method)
    {
        var machine = method.CustomAttributes
            .Where(attribute => attribute.AttributeType.Name is "AsyncStateMachineAttribute" or "IteratorStateMachineAttribute" or "AsyncIteratorStateMachineAttribute")
            .Select(attribute => ((TypeReference)attribute.ConstructorArguments[0].Value).Resolve())
            .SelectMany(type => type.Methods);
        foreach (var called in machine)
        {
            yield return called;
        }

        foreach (var reference in Operands(method).OfType<MethodReference>())
        {
            if (!_types.ContainsKey(FullNameOfOutermost(reference.DeclaringType)) || reference.Resolve() is not { } definition)
            {
                continue;
            }

            yield return definition;
            foreach (var implementation in _implementations[definition.FullName])
            {
                yield return implementation;
            }
        }
    }

    private IEnumerable<(string Declared, MethodDefinition Method)> FindImplementations() =>
        from type in _types.Values.SelectMany(WithNested)
        from ancestor in Ancestors(type)
        from declared in ancestor.Methods
        where declared.IsVirtual
        from method in type.Methods
        where method.IsVirtual && !method.IsAbstract && method.Parameters.Count == declared.Parameters.Count
            && (method.Name == declared.Name || method.Name.EndsWith('.' + declared.Name, StringComparison.Ordinal))
        select (declared.FullName, method);

    private IEnumerable<TypeDefinition> Ancestors(TypeDefinition type)
    {
        var direct = type.Interfaces.Select(implemented => implemented.InterfaceType).Append(type.BaseType)
            .Where(ancestor => ancestor is not null).SelectMany(Mine).Where(ancestor => ancestor != type).ToArray();
        return direct.Concat(direct.SelectMany(Ancestors)).Distinct();
    }

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);

    private static Dictionary<string, string> FindFiles()
    {
        var files = new Dictionary<string, string>();
        foreach (var path in Repository.ProductFiles())
        {
            var text = File.ReadAllText(path);
            var space = Namespace().Match(text).Groups["name"].Value;
            foreach (Match type in Declaration().Matches(text))
            {
                files.TryAdd($"{space}.{type.Groups["name"].Value}", Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'));
            }
        }

        return files;
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^(?:(?:public|internal|static|sealed|abstract|partial|readonly|ref|unsafe) )*(?:(?:class|record struct|record|struct|interface|enum) |delegate .*? )(?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
