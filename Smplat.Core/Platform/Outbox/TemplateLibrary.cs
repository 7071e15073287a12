using System.Collections.Concurrent;
using System.Reflection;
using HandlebarsDotNet;

namespace Smplat.Core.Platform.Outbox;

/// <summary>The templates of this assembly, compiled on first use. HTML escapes every value; text escapes none.</summary>
public sealed class TemplateLibrary
{
    private const string Prefix = "templates/";

    private readonly IHandlebars _html = Create(noEscape: false);
    private readonly IHandlebars _text = Create(noEscape: true);
    private readonly ConcurrentDictionary<string, HandlebarsTemplate<object, object>> _compiled = new();

    public TemplateLibrary()
    {
        foreach (var name in Names().Where(name => name.StartsWith('_')))
        {
            // _blueprint.html becomes the partial "blueprint" of HTML templates.
            var engine = name.EndsWith(".html", StringComparison.Ordinal) ? _html : _text;
            engine.RegisterTemplate(name[1..name.LastIndexOf('.')], Load(name));
        }
    }

    /// <param name="name">Such as <c>weekly_digest.html</c>.</param>
    public string Render(string name, IReadOnlyDictionary<string, object?> values) =>
        _compiled.GetOrAdd(name, Compile)(values);

    public static IEnumerable<string> Names() =>
        from resource in typeof(TemplateLibrary).Assembly.GetManifestResourceNames()
        where resource.StartsWith(Prefix, StringComparison.Ordinal)
        select resource[Prefix.Length..^".hbs".Length];

    private HandlebarsTemplate<object, object> Compile(string name) =>
        (name.EndsWith(".html", StringComparison.Ordinal) ? _html : _text).Compile(Load(name));

    private static string Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{name}.hbs")
            ?? throw new InvalidOperationException($"There is no template {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static IHandlebars Create(bool noEscape)
    {
        var engine = Handlebars.Create(new HandlebarsConfiguration { NoEscape = noEscape });
        TemplateWords.Register(engine);
        return engine;
    }
}
