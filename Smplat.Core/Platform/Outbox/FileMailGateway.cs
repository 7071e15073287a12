using System.Globalization;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Writes mail as .eml files into a folder: for local runs, and for looking at what would be sent.</summary>
public sealed class FileMailGateway(
    IOptionsMonitor<NotificationOptions> options, IOptionsMonitor<RuntimeOptions> runtime) : IMailGateway
{
    private const string LocalFolder = ".local/outbox";

    public bool IsOn => Folder is not null;

    public string Sender => "hello@smplat.localhost";

    private string? Folder => options.CurrentValue.MailFolder ?? (runtime.CurrentValue.IsLocal ? LocalFolder : null);

    /// <summary>The file's name is the message's ID, so sending twice leaves one file.</summary>
    public async Task<DeliveryOutcome> SendAsync(
        MailMessage mail, HandoverMark handOver, CancellationToken cancellationToken)
    {
        if (!Mailbox.IsUsable(mail.To.Address))
        {
            return new DeliveryOutcome.Rejected("The address cannot be written in a mail.", IsBadAddress: true);
        }

        var folder = Path.GetFullPath(Folder!);
        var day = mail.Date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var path = Path.Combine(folder, $"{day}-{mail.MessageId.Split('@')[0]}.eml");
        var draft = Path.Combine(folder, $".{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(folder);
            using var message = new MimeMail(mail);
            await using (var file = File.Create(draft))
            {
                await message.WriteToAsync(message.Format, file, cancellationToken);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new DeliveryOutcome.ReceiverAway($"The mail folder cannot be written: {exception.Message}");
        }

        return new DeliveryOutcome.Delivered(Path.GetFileName(path));
    }

    public Task ReleaseAsync() => Task.CompletedTask;
}
