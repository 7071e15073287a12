using System.Globalization;
using HandlebarsDotNet;

namespace Smplat.Core.Platform.Outbox;

/// <summary>The words that templates may use beside plain values.</summary>
public static class TemplateWords
{
    public static void Register(IHandlebars engine)
    {
        // {{money amount currency @root.reader}}
        engine.RegisterHelper("money", (output, _, arguments) => output.Write(Money(arguments, 2)));
        engine.RegisterHelper("whole_money", (output, _, arguments) => output.Write(Money(arguments, 0)));
        // {{titled label}}; not "title", which rows have as a member
        engine.RegisterHelper("titled", (output, _, arguments) => output.Write(LabelText.Title(Text(arguments[0]))));
        // {{when instant @root.reader}} with time and zone; {{day instant @root.reader}} as "Mar 02"
        engine.RegisterHelper("when", (output, _, arguments) => output.Write(When(arguments)));
        engine.RegisterHelper("day", (output, _, arguments) => output.Write(Local(arguments)?.ToString("MMM dd", CultureInfo.InvariantCulture) ?? ""));
        // {{link url}}
        engine.RegisterHelper("link", (output, _, arguments) => output.Write(Link(Text(arguments[0]))));
    }

    /// <summary>Only web addresses: a link in a mail never runs anything.</summary>
    private static string Link(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? uri.AbsoluteUri : "#";

    private static string Money(Arguments arguments, int decimals) =>
        decimal.TryParse(Text(arguments[0]), NumberStyles.Float, CultureInfo.InvariantCulture, out var amount)
            ? MoneyText.Format(amount, Text(arguments[1]), ReaderOf(arguments, 2).Locale, decimals)
            : "";

    private static string When(Arguments arguments)
    {
        var zone = ReaderOf(arguments, 1).Zone;
        var name = zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime ? "UTC" : $"({zone.Id})";
        return Local(arguments) is { } local
            ? $"{local.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)} {name}"
            : "";
    }

    private static DateTimeOffset? Local(Arguments arguments) =>
        DateTimeOffset.TryParse(
            Text(arguments[0]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? TimeZoneInfo.ConvertTime(instant, ReaderOf(arguments, 1).Zone)
            : null;

    private static Reader ReaderOf(Arguments arguments, int at) =>
        arguments.Length > at && arguments[at] is Reader reader ? reader : Reader.Neutral;

    private static string Text(object? value) => value switch
    {
        null or UndefinedBindingResult => "",
        DateTimeOffset instant => instant.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
