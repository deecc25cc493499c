package useragent

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// meaning is what a button, or a form, is for.
type meaning int

const (
	unknown meaning = iota
	approves
	goesOn // approves where nothing else does: "Continue"
	denies
	other // leads away: to a registration, a logout, another account
)

// Beginnings of words, in the languages in which servers speak.
var (
	denyWords = []string{
		"deny", "denie", "cancel", "reject", "refus", "declin", "disallow", "disagree", "abort", "never", "no", "not", "dont", "disapprov", "forbid",
		"ablehn", "abbrech", "abbruch", "verweiger", "nein", "nicht", "annul", "rejet", "non", "interdi", "deneg", "rechaz", "cancelar",
		"nega", "rifiut", "recus", "nao", "não", "weiger", "annuleer", "nee", "afvis", "avvis", "avslå", "neka", "avbryt", "annuller", "nej", "nei",
		"odmów", "anuluj", "odrzuc", "nie", "zamít", "zruš", "ne", "reddet", "iptal", "hayır", "peruu", "hylkää", "elutas", "mégse", "откл", "отказ", "отмен", "запрет", "нет",
		"拒", "取消", "キャンセル", "いいえ", "否", "거부", "취소", "아니",
	}
	approveWords = []string{
		"allow", "approv", "accept", "authori", "grant", "consent", "agree", "confirm", "permit", "yes",
		"erlaub", "zulass", "zustimm", "genehmig", "akzept", "bestätig", "einwillig", "autoris", "ja", "gewähr", "freigeb",
		"approuv", "permett", "oui", "autoriz", "acept", "aprob", "aprov", "si", "sí", "sì", "consient", "conced", "aceit", "sim",
		"acconsent", "accett", "conferm", "toesta", "goedkeur", "akkoord", "bevestig", "tillad", "tillat", "tillåt", "godkänn", "godkend", "godkjenn",
		"zezw", "zgadz", "zgod", "akceptuj", "tak", "povol", "souhlas", "izin", "onay", "kabul", "salli", "hyväksy", "engedély", "разреш", "принять", "подтверд", "соглас", "да",
		"同意", "允许", "允許", "授权", "授權", "許可", "承認", "はい", "허용", "동의", "승인",
	}
	goOnWords = []string{
		"continu", "ok", "next", "submit", "proceed", "finish", "done", "go", "weiter", "fortfahren", "absend", "suivant", "valider", "envoy",
		"avanti", "prosegui", "siguient", "enviar", "avanç", "prosseg", "volgende", "verder", "doorgaan", "fortsätt", "fortsæt", "fortsett", "dalej", "kontynuuj", "pokrač", "devam", "jatka", "tovább", "продолж", "далее",
		"继续", "繼續", "続", "次へ", "계속", "다음",
	}
	loginWords = []string{
		"login", "logon", "log", "signin", "sign", "anmeld", "einlogg", "connect", "connex", "identif", "acced", "ingres", "inici", "entr", "access",
		"inlogg", "aanmeld", "logga", "zalog", "přihlás", "giriş", "kirjaud", "bejelent", "войти", "вход", "登录", "登入", "ログイン", "サインイン", "로그인",
	}
	// otherWords lead away from the login that a walk is for.
	otherWords = []string{
		"logout", "logoff", "signout", "abmeld", "deconn", "déconn", "disconnect", "register", "registr", "signup", "regist", "inscri", "forgot", "forgotten",
		"vergess", "oubli", "olvid", "reset", "recover", "recovery", "search", "suche", "recherch", "language", "locale", "lang", "sprache", "langue", "idioma",
		"newsletter", "subscrib", "cookie", "cookies", "switch", "another", "different", "wechsel", "back", "zurück", "retour", "volver", "retry", "again",
		"help", "hilfe", "delete", "remove", "revok", "resend", "unsubscrib", "download", "print", "copy", "theme", "close",
	}
)

// whole are words that count only as they stand.
var whole = []string{"no", "not", "dont", "non", "ne", "nie", "nee", "nei", "nej", "nein", "nega", "ok", "go", "si", "sí", "sì", "ja", "tak", "да", "нет", "yes", "sim", "log", "sign", "lang", "never", "done", "back", "again", "help", "print", "copy", "close", "theme", "next", "access"}

// strongDeny are the words of denial that mean nothing else.
var strongDeny = slices.DeleteFunc(slices.Clone(denyWords), func(w string) bool { return slices.Contains(whole, w) || w == "not" || w == "nicht" })

var (
	camel  = regexp.MustCompile(`(\p{Ll})(\p{Lu})`)
	phrase = strings.NewReplacer("don't", "dont", "don’t", "dont", "log out", "logout", "sign out", "signout", "log off", "logoff", "sign up", "signup", "log in", "login", "sign in", "signin", "sign-in", "signin", "log-in", "login", "create account", "register", "create an account", "register", "not you", "switch", "lost password", "forgot", "go back", "back", "try again", "retry", "se connecter", "connecter", "se déconnecter", "déconnecter", "iniciar sesión", "inici", "cerrar sesión", "logout")
)

// words cuts a text or a name into words in lower case.
func words(s string) []string {
	s = phrase.Replace(strings.ToLower(camel.ReplaceAllString(s, "$1 $2")))
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}

// among tells whether one of the words is in a list.
func among(list, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.ContainsFunc(list, func(start string) bool {
			if w == start {
				return true
			}
			if slices.Contains(whole, start) {
				return false
			}
			if []rune(start)[0] > 0x2E80 { // written without blanks
				return strings.Contains(w, start)
			}
			return strings.HasPrefix(w, start)
		})
	})
}

// meansOf reads a text: a label, a value, a name.
func meansOf(s string) meaning {
	list := words(s)
	switch {
	case among(strongDeny, list): // "Cancel and go back"
		return denies
	case among(otherWords, list):
		return other
	case among(denyWords, list):
		return denies
	case among(approveWords, list):
		return approves
	case among(goOnWords, list):
		return goesOn
	}
	return unknown
}

// means reads a button: what it says, else what it sends, else how it is called.
func (x *field) means() meaning {
	weak := unknown
	for _, s := range []string{x.text, x.value, x.name, x.id, x.hint} {
		switch m := meansOf(s); m {
		case unknown:
		case goesOn:
			weak = goesOn
		default:
			return m
		}
	}
	return weak
}

// logsIn tells whether a button says that it logs in.
func (x *field) logsIn() bool {
	for _, s := range []string{x.text, x.value, x.name, x.id} {
		list := words(s)
		if among(loginWords, list) {
			// "Sign in with …" leads to another server.
			return !slices.ContainsFunc(list, func(w string) bool {
				return slices.Contains([]string{"with", "using", "mit", "via", "avec", "con", "com", "met"}, w)
			})
		}
	}
	return false
}

// strays tells whether a form is for something else than this login: its address
// and its names say it, or the only button does.
func (f *form) strays() bool {
	path, _, _ := strings.Cut(f.action, "?")
	path, _, _ = strings.Cut(path, "#")
	if i := strings.LastIndex(strings.TrimSuffix(path, "/"), "/"); i >= 0 {
		path = path[i:]
	}
	if list := append(words(path), words(f.label)...); among(otherWords, list) && !among(loginWords, list) {
		return true
	}
	for _, x := range f.fields {
		if x.kind == "search" || x.name == "q" {
			return true
		}
	}
	b := f.buttons()
	return len(b) == 1 && b[0].means() == other
}
