namespace Smplat.Core.Notifications.Mail.Smtp;

/// <summary>A reply of the server: its code and all its lines.</summary>
public sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsPositive => Code is >= 200 and < 400;

    public bool IsPermanentRefusal => Code is >= 500 and < 600;

    public override string ToString() => $"{Code} {string.Join(" ", Lines)}".TrimEnd();
}
