using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Smplat.Functions.Http;

/// <summary>
/// HTML that is safe to send. It is created only from interpolated strings, whose values are escaped unless they are
/// markup themselves, so an editor's text cannot become a tag.
/// </summary>
public readonly record struct Markup
{
    private readonly string? _html;

    private Markup(string html) => _html = html;

    public static Markup Empty { get; } = new("");

    public static Markup Of(ref MarkupBuilder builder) => new(builder.ToString());

    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts));

    /// <summary>The markup if the condition holds, otherwise nothing.</summary>
    public Markup When(bool condition) => condition ? this : Empty;

    public override string ToString() => _html ?? "";
}

[InterpolatedStringHandler]
public ref struct MarkupBuilder(int literalLength, int formattedCount)
{
    private readonly StringBuilder _html = new(literalLength + (formattedCount * 16));

    public void AppendLiteral(string html) => _html.Append(html);

    public void AppendFormatted(Markup markup) => _html.Append(markup.ToString());

    public void AppendFormatted(IEnumerable<Markup> parts)
    {
        foreach (var part in parts)
        {
            AppendFormatted(part);
        }
    }

    public void AppendFormatted(string? text) => _html.Append(HtmlEncoder.Default.Encode(text ?? ""));

    public void AppendFormatted<T>(T value)
    {
        // Lists and arrays bind to this overload, because their own type is a better match than the sequence.
        if (value is IEnumerable<Markup> parts)
        {
            AppendFormatted(parts);
            return;
        }

        AppendFormatted(value is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture) : value?.ToString());
    }

    public override readonly string ToString() => _html.ToString();
}
