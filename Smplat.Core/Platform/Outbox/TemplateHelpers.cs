using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using HandlebarsDotNet;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// The templates embedded in this assembly (<c>Templates/*.hbs</c> of any folder), compiled on first use. HTML templates
/// escape every value, text templates escape none. A name that starts with an underscore is a partial.
/// </summary>
public sealed class TemplateLibrary
{
    private const string Prefix = "templates/";

    private readonly IHandlebars _html = Create(noEscape: false);
    private readonly IHandlebars _text = Create(noEscape: true);
    private readonly HashSet<string> _names = [.. Names()];
    private readonly ConcurrentDictionary<string, HandlebarsTemplate<object, object>> _compiled = new();

    public TemplateLibrary()
    {
        foreach (var name in _names.Where(name => name.StartsWith('_')))
        {
            // _button.html becomes the partial "button" of HTML templates.
            EngineOf(name).RegisterTemplate(name[1..name.LastIndexOf('.')], Load(name));
        }
    }

    public bool Has(string name) => _names.Contains(name);

    /// <param name="name">Such as <c>layout.html</c>.</param>
    public string Render(string name, IReadOnlyDictionary<string, object?> values) =>
        _compiled.GetOrAdd(name, missing => EngineOf(missing).Compile(Load(missing)))(values);

    private IHandlebars EngineOf(string name) => name.EndsWith(".html", StringComparison.Ordinal) ? _html : _text;

    private static IEnumerable<string> Names() =>
        from resource in typeof(TemplateLibrary).Assembly.GetManifestResourceNames()
        where resource.StartsWith(Prefix, StringComparison.Ordinal)
        select resource[Prefix.Length..^".hbs".Length];

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
        TemplateHelpers.Register(engine);
        return engine;
    }
}

/// <summary>Who a message is written for. Templates pass it to the helpers that depend on locale or time zone.</summary>
internal sealed record Recipient(string? Locale, TimeZoneInfo Zone)
{
    public static Recipient Neutral { get; } = new(null, TimeZoneInfo.Utc);
}

/// <summary>The helpers that templates may use besides plain values.</summary>
internal static class TemplateHelpers
{
    public static void Register(IHandlebars engine)
    {
        // {{money amount currency @root.recipient}}
        engine.RegisterHelper("money", (output, _, arguments) => output.Write(Money(arguments, 2)));
        engine.RegisterHelper("whole_money", (output, _, arguments) => output.Write(Money(arguments, 0)));
        // {{titled label}}; not "title", which is a member of some rows
        engine.RegisterHelper("titled", (output, _, arguments) => output.Write(LabelText.Title(Text(arguments[0]))));
        // {{when instant @root.recipient}} with time and zone; {{day instant @root.recipient}} as "Mar 02"
        engine.RegisterHelper("when", (output, _, arguments) => output.Write(When(arguments)));
        engine.RegisterHelper("day", (output, _, arguments) => output.Write(Local(arguments)?.ToString("MMM dd", CultureInfo.InvariantCulture) ?? ""));
        // {{link url}}
        engine.RegisterHelper("link", (output, _, arguments) => output.Write(Link(Text(arguments[0]))));
    }

    /// <summary>Web addresses only, so that a link in a mail can never run a script.</summary>
    private static string Link(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? uri.AbsoluteUri : "#";

    private static string Money(Arguments arguments, int decimals) =>
        decimal.TryParse(Text(arguments[0]), NumberStyles.Float, CultureInfo.InvariantCulture, out var amount)
            ? MoneyText.Format(amount, Text(arguments[1]), RecipientOf(arguments, 2).Locale, decimals)
            : "";

    private static string When(Arguments arguments)
    {
        var zone = RecipientOf(arguments, 1).Zone;
        var name = zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime ? "UTC" : $"({zone.Id})";
        return Local(arguments) is { } local
            ? $"{local.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)} {name}"
            : "";
    }

    private static DateTimeOffset? Local(Arguments arguments) =>
        DateTimeOffset.TryParse(
            Text(arguments[0]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? TimeZoneInfo.ConvertTime(instant, RecipientOf(arguments, 1).Zone)
            : null;

    private static Recipient RecipientOf(Arguments arguments, int at) =>
        arguments.Length > at && arguments[at] is Recipient recipient ? recipient : Recipient.Neutral;

    private static string Text(object? value) => value switch
    {
        null or UndefinedBindingResult => "",
        DateTimeOffset instant => instant.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}

/// <summary>Amounts as people read them: the symbol in front for EUR, USD and GBP, the code behind for all others.</summary>
internal static class MoneyText
{
    /// <param name="decimals">0 for whole amounts in summaries, otherwise 2.</param>
    public static string Format(decimal amount, string? currency, string? locale, int decimals = 2)
    {
        var sign = amount < 0 ? "-" : "";
        var rounded = Math.Round(Math.Abs(amount), decimals, MidpointRounding.AwayFromZero);
        var number = rounded.ToString($"N{decimals}", NumberStyle.For(locale));
        return currency?.ToUpperInvariant() switch
        {
            "EUR" => $"{sign}€{number}",
            "USD" => $"{sign}${number}",
            "GBP" => $"{sign}£{number}",
            null or "" => sign + number,
            var code => $"{sign}{number} {code}",
        };
    }
}

/// <summary>
/// Number separators by locale. The table is built in because a machine without ICU data knows no locales, and a message
/// must read the same on every machine.
/// </summary>
internal static class NumberStyle
{
    private static readonly NumberFormatInfo Point = Separators(".", ",");
    private static readonly NumberFormatInfo Comma = Separators(",", ".");
    private static readonly NumberFormatInfo CommaAndSpace = Separators(",", "\u00a0");
    private static readonly NumberFormatInfo PointAndApostrophe = Separators(".", "\u2019");

    /// <param name="locale">Such as <c>de-AT</c>; an unknown one is formatted like English.</param>
    public static NumberFormatInfo For(string? locale)
    {
        var name = locale ?? "";
        if (name.EndsWith("-CH", StringComparison.OrdinalIgnoreCase))
        {
            return PointAndApostrophe;
        }

        return name.Split('-', '_')[0].ToLowerInvariant() switch
        {
            "de" or "es" or "it" or "nl" or "pt" or "da" or "tr" or "el" or "id" or "ro" or "hr" or "sl" => Comma,
            "fr" or "pl" or "cs" or "sk" or "sv" or "nb" or "no" or "fi" or "ru" or "uk" or "hu" or "bg" or "et" or "lt" or "lv"
                => CommaAndSpace,
            _ => Point,
        };
    }

    private static NumberFormatInfo Separators(string point, string group) =>
        new() { NumberDecimalSeparator = point, NumberGroupSeparator = group, NumberGroupSizes = [3] };
}

/// <summary>Identifiers as people read them: <c>on_hold</c> and <c>onHold</c> become "On Hold".</summary>
internal static class LabelText
{
    public static string Title(string label)
    {
        var words = new List<string>();
        foreach (var word in label.Split(['_', '-', ' ', '.'], StringSplitOptions.RemoveEmptyEntries))
        {
            var from = 0;
            for (var at = 1; at <= word.Length; at++)
            {
                if (at == word.Length || (char.IsUpper(word[at]) && char.IsLower(word[at - 1])))
                {
                    words.Add(Capital(word[from..at]));
                    from = at;
                }
            }
        }

        return string.Join(' ', words);
    }

    private static string Capital(string word) =>
        char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..];
}

/// <summary>JSON as the plain dictionaries, lists and values that templates can walk.</summary>
internal static class JsonValues
{
    public static Dictionary<string, object?> Object(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().GroupBy(member => member.Name).ToDictionary(same => same.Key, same => Value(same.Last().Value))
        : [];

    private static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Object(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Value).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetDecimal(out var number) ? number : element.GetRawText(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
