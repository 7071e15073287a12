using System.Globalization;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Words of the contracts as people read them: <c>on_hold</c> and <c>loyaltyHold</c> become title case.</summary>
public static class LabelText
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
