using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Platform.Input;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Input;

public sealed partial class SafeTextTests
{
    // Half of the characters are surrogates, NUL or both sides of an emoji.
    private static readonly Gen<string> Texts =
        Gen.OneOf(Gen.Choose(0x20, 0x7E), Gen.Choose(0xD800, 0xDFFF), Gen.Constant(0), Gen.Constant(0xD83D), Gen.Constant(0xDE00))
            .Select(unit => (char)unit).ArrayOf().Select(units => new string(units));

    [Test]
    public void A_cut_never_splits_a_character_and_keeps_the_limit() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(Texts.ToArbitrary(), Gen.Choose(1, 20).ToArbitrary(), (text, length) =>
            {
                var cut = SafeText.Cut(SafeText.Clean(text), length, "…");
                return cut.Length <= length && SafeText.IsStorable(cut);
            }));

    [Test]
    public void Clean_text_is_storable_and_stays_as_it_is() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(Texts.ToArbitrary(), text =>
            {
                var clean = SafeText.Clean(text);
                return SafeText.IsStorable(clean) && ReferenceEquals(SafeText.Clean(clean), clean);
            }));

    [Test]
    public void Free_text_is_cut_by_SafeText_alone()
    {
        var offences =
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "Smplat.Core"), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            from line in File.ReadLines(file)
            where OwnCut().IsMatch(line)
            select $"{Path.GetFileName(file)}: {line.Trim()}";

        Assert.That(offences, Is.Empty);
    }

    /// <summary>"text.Length &lt;= limit ? text : text[..limit]" in its forms, and Substring from the start.</summary>
    [GeneratedRegex(@"(\w+)\.Length\b.*\? .*\b\1\[\.\.|\.Substring\(0,")]
    private static partial Regex OwnCut();
}
